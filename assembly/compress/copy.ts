/** Copies in steps wider than a byte, for bytes whose surroundings may be read and overwritten. */

/**
 * Copies `size` bytes, eight at a time: up to seven bytes more are read and written. The target may lie behind the source
 * by eight bytes or more.
 */
// @ts-ignore: decorator
@inline
export function copyWide(to: usize, from: usize, size: u32): void {
  const end: usize = to + size;
  while (to < end) {
    store<u64>(to, load<u64>(from));
    to += 8;
    from += 8;
  }
}

/** Copies sixteen bytes. The target may lie behind the source by sixteen bytes or more, or by eight in a build without SIMD. */
// @ts-ignore: decorator
@inline
export function copySixteen(to: usize, from: usize): void {
  if (ASC_FEATURE_SIMD) {
    v128.store(to, v128.load(from));
  } else {
    store<u64>(to, load<u64>(from));
    store<u64>(to, load<u64>(from, 8), 8);
  }
}

/** Copies `size` bytes, sixteen at a time: up to fifteen bytes more are read and written. The target may lie behind the source by sixteen or more. */
// @ts-ignore: decorator
@inline
export function copyWider(to: usize, from: usize, size: u32): void {
  const end: usize = to + size;
  while (to < end) {
    copySixteen(to, from);
    to += 16;
    from += 16;
  }
}
