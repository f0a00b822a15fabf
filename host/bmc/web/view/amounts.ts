// Amounts in words, of a width that does not jump while they run: a fixed number of decimals, two digits where a larger
// unit stands before. A number and its unit are never torn apart: the space between them does not break.

const KIB = 1024;
const SPACE = '\u00a0';
const UNITS = ['KiB', 'MiB', 'GiB'];

/** A size for people: `700 bytes`, `12.4 MiB`. */
export function sizeText(bytes: number): string {
  if (bytes < KIB) return `${bytes}${SPACE}bytes`;
  const power = unitOf(bytes);
  return `${(bytes / KIB ** power).toFixed(1)}${SPACE}${UNITS[power - 1]}`;
}

/** How much is there of how much, in the unit of the whole: `3.1 of 32.0 MiB`. */
export function progressText(done: number, total: number): string {
  if (total < KIB) return `${done} of ${total}${SPACE}bytes`;
  const power = unitOf(total);
  const scale = KIB ** power;
  return `${(done / scale).toFixed(1)} of ${(total / scale).toFixed(1)}${SPACE}${UNITS[power - 1]}`;
}

/** A speed: `187.0 MiB/s`. */
export function rateText(bytesPerSecond: number): string {
  return `${sizeText(Math.round(bytesPerSecond))}/s`;
}

/** Rounded down, so that 100 % is everything. */
export function percentOf(done: number, total: number): number {
  if (total <= 0) return 0;
  return Math.min(100, Math.max(0, Math.floor((done * 100) / total)));
}

/** A time for people, in its two largest units: `9 s`, `1 min 05 s`, `2 h 07 min`, `3 d 04 h`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86_400)];
  if (days > 0) return [days, 'd', twoDigits(hours % 24), 'h'].join(SPACE);
  if (hours > 0) return [hours, 'h', twoDigits(minutes % 60), 'min'].join(SPACE);
  if (minutes > 0) return [minutes, 'min', twoDigits(seconds % 60), 's'].join(SPACE);
  return [seconds, 's'].join(SPACE);
}

/** The start of a digest or an id, enough to tell two apart. */
export function shortened(digest: string): string {
  return digest.length > 16 ? `${digest.slice(0, 12)}…` : digest;
}

/** `1 image`, `2 images`. */
export function counted(count: number, word: string): string {
  return `${groupedText(count)} ${word}${count === 1 ? '' : 's'}`;
}

/** A whole number with its thousands apart: `4 096`, by narrow spaces that do not break. */
export function groupedText(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
}

function unitOf(bytes: number): number {
  if (bytes < KIB ** 2) return 1;
  return bytes < KIB ** 3 ? 2 : 3;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
