/** XXH3-64 of up to 240 bytes: each size has the form that mixes it with the fewest steps. */
import { avalanche, foldedProduct, PRIME64_1, PRIME64_2, PRIME64_3, SECRET } from "./xxh3-mix";

/** The most bytes that these forms are for. */
export const SHORT_MOST: u32 = 240;

const PRIME_MX2: u64 = 0x9fb21c651e98df25;

/** The last steps of XXH64. */
function oldAvalanche(hash: u64): u64 {
  hash = (hash ^ (hash >> 33)) * PRIME64_2;
  hash = (hash ^ (hash >> 29)) * PRIME64_3;
  return hash ^ (hash >> 32);
}

function upToEight(pointer: usize, size: u32): u64 {
  const words: u64 = <u64>load<u32>(pointer + size - 4) + (<u64>load<u32>(pointer) << 32);
  let hash: u64 = words ^ (load<u64>(SECRET, 8) ^ load<u64>(SECRET, 16));
  hash = (hash ^ rotl<u64>(hash, 49) ^ rotl<u64>(hash, 24)) * PRIME_MX2;
  hash = (hash ^ ((hash >> 35) + size)) * PRIME_MX2;
  return hash ^ (hash >> 28);
}

function upToSixteen(pointer: usize, size: u32): u64 {
  if (size > 8) {
    const low: u64 = load<u64>(pointer) ^ (load<u64>(SECRET, 24) ^ load<u64>(SECRET, 32));
    const high: u64 = load<u64>(pointer + size - 8) ^ (load<u64>(SECRET, 40) ^ load<u64>(SECRET, 48));
    return avalanche(<u64>size + bswap<u64>(low) + high + foldedProduct(low, high));
  }
  if (size >= 4) return upToEight(pointer, size);
  if (size == 0) return oldAvalanche(load<u64>(SECRET, 56) ^ load<u64>(SECRET, 64));
  const bytes: u32 = (<u32>load<u8>(pointer) << 16) | (<u32>load<u8>(pointer + (size >> 1)) << 24) | <u32>load<u8>(pointer + size - 1) | (size << 8);
  return oldAvalanche(<u64>bytes ^ <u64>(load<u32>(SECRET) ^ load<u32>(SECRET, 4)));
}

/** Mixes 16 bytes with as many of the secret. */
function mixed(pointer: usize, secret: usize): u64 {
  return foldedProduct(load<u64>(pointer) ^ load<u64>(secret), load<u64>(pointer, 8) ^ load<u64>(secret, 8));
}

/** XXH3-64 of at most SHORT_MOST bytes. */
export function xxh3Short(pointer: usize, size: u32): u64 {
  if (size <= 16) return upToSixteen(pointer, size);
  let hash: u64 = <u64>size * PRIME64_1;
  if (size <= 128) {
    // From both ends towards the middle, sixteen bytes each.
    for (let i: usize = <usize>((size - 1) >> 5) + 1; i > 0; i--) {
      hash += mixed(pointer + ((i - 1) << 4), SECRET + ((i - 1) << 5));
      hash += mixed(pointer + size - (i << 4), SECRET + ((i - 1) << 5) + 16);
    }
    return avalanche(hash);
  }
  for (let i: usize = 0; i < 128; i += 16) hash += mixed(pointer + i, SECRET + i);
  hash = avalanche(hash) + mixed(pointer + size - 16, SECRET + 136 - 17);
  for (let i: usize = 128; i + 16 <= <usize>size; i += 16) hash += mixed(pointer + i, SECRET + i - 128 + 3);
  return avalanche(hash);
}
