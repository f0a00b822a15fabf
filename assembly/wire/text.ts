/** Which bytes a name and a version may hold on the wire: so few that no other end has to escape anything. */
import { NAME_SIZE, VERSION_SIZE } from "./message-type";

function isNameByte(byte: u32): bool {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte == 0x2d;
}

/** Only zeros from `pointer` to `end`. */
function isPadding(pointer: usize, end: usize): bool {
  while (pointer < end) if (load<u8>(pointer++) != 0) return false;
  return true;
}

/** A name: one to fifteen of a-z, 0-9 and `-`, then zeros. */
export function isName(pointer: usize): bool {
  const end: usize = pointer + <usize>NAME_SIZE;
  let at: usize = pointer;
  while (at < end && isNameByte(load<u8>(at))) at++;
  return at > pointer && at < end && isPadding(at, end);
}

/** A version: up to thirty-one printable ASCII characters without space, then zeros. An empty one is allowed. */
export function isVersion(pointer: usize): bool {
  const end: usize = pointer + <usize>VERSION_SIZE;
  let at: usize = pointer;
  while (at < end && load<u8>(at) > 0x20 && load<u8>(at) < 0x7f) at++;
  return at < end && isPadding(at, end);
}

/** Bytes of a padded text before its first zero. */
export function paddedLength(pointer: usize, size: u32): u32 {
  let length: u32 = 0;
  while (length < size && load<u8>(pointer + length) != 0) length++;
  return length;
}
