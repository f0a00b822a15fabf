/** Copies in steps wider than a byte, for bytes whose surroundings may be read and overwritten. */

/** Copies `size` bytes, eight at a time: up to seven bytes more are read and written. The target may lie behind the source by eight bytes or more. */
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

/** The same with sixteen bytes at a time: up to fifteen more are read and written. */
// @ts-ignore: decorator
@inline
export function copyWider(to: usize, from: usize, size: u32): void {
  const end: usize = to + size;
  while (to < end) {
    store<u64>(to, load<u64>(from));
    store<u64>(to, load<u64>(from, 8), 8);
    to += 16;
    from += 16;
  }
}
