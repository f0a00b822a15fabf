// EFI_TIME (UEFI 2.10, section 8.3). The real-time clock runs in UTC.

/** A moment as firmware tells it. */
export interface EfiTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  /** Minutes from UTC. */
  readonly timeZone: 0;
}

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/** The time of so many nanoseconds since 1970. */
export function efiTime(nanoseconds: bigint): EfiTime {
  const date = new Date(Number(nanoseconds / NANOSECONDS_PER_MILLISECOND));
  return {
    year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(),
    hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds(),
    nanosecond: Number(nanoseconds % 1_000_000_000n), timeZone: 0,
  };
}

/** Nanoseconds since 1970 of a time. */
export function nanosecondsOf(time: EfiTime): bigint {
  const seconds = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second) / 1000;
  return BigInt(seconds) * 1_000_000_000n + BigInt(time.nanosecond);
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `12/31/2024`, as the shell's `date` and `ls` write it. */
export const dateText = (time: EfiTime): string => `${two(time.month)}/${two(time.day)}/${String(time.year).padStart(4, '0')}`;

/** `23:59`, as the shell's `ls` writes it. */
export const minuteText = (time: EfiTime): string => `${two(time.hour)}:${two(time.minute)}`;

/** `23:59:59`. */
export const timeText = (time: EfiTime): string => `${minuteText(time)}:${two(time.second)}`;
