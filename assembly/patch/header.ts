/**
 * What a patch says of itself, in front of what is coded.
 *
 *  0 u32 magic "FYPT"   4 u8 format, 1   5 zero [3]   8 u32 size of the base   12 u32 size of the image
 * 16 sha256 of the base [32]   48 sha256 of the image [32]   80 coded
 */
import { Status } from "../status";

export const PATCH_HEADER_SIZE: u32 = 80;
/** "FYPT" in the order of the bytes. */
export const PATCH_MAGIC: u32 = 0x54505946;
export const PATCH_FORMAT: u32 = 1;

/** Set by `patchHeaderDecode`. The digests lie in the header. */
export let patchBaseSize: u32 = 0;
export let patchImageSize: u32 = 0;
export let patchBaseDigest: usize = 0;
export let patchImageDigest: usize = 0;

/** Takes the header of a patch apart. `TooShort`, `BadMagic`, `BadVersion`, or `BadField` for an image without bytes. */
export function patchHeaderDecode(header: usize, size: u32): Status {
  if (size < PATCH_HEADER_SIZE) return Status.TooShort;
  if (load<u32>(header) != PATCH_MAGIC) return Status.BadMagic;
  if (load<u32>(header, 4) != PATCH_FORMAT) return Status.BadVersion;
  patchBaseSize = load<u32>(header, 8);
  patchImageSize = load<u32>(header, 12);
  patchBaseDigest = header + 16;
  patchImageDigest = header + 48;
  return patchImageSize == 0 ? Status.BadField : Status.Ok;
}
