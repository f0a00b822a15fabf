// Dates and times of FAT: two seconds exact, from 1980 to 2107. Taken as UTC.

/** Date and time as they lie on the medium. */
export function encodeTime(milliseconds: number): { readonly date: number; readonly time: number } {
  const moment = new Date(milliseconds);
  const year = Math.min(Math.max(moment.getUTCFullYear(), 1980), 2107);
  return {
    date: ((year - 1980) << 9) | ((moment.getUTCMonth() + 1) << 5) | moment.getUTCDate(),
    time: (moment.getUTCHours() << 11) | (moment.getUTCMinutes() << 5) | (moment.getUTCSeconds() >> 1),
  };
}

/** Milliseconds since 1970. Fields beyond their range carry over, so that whatever lies on the medium is a date. */
export function decodeTime(date: number, time: number): number {
  return Date.UTC(1980 + (date >> 9), Math.max((date >> 5) & 15, 1) - 1, Math.max(date & 31, 1), time >> 11, (time >> 5) & 63, (time & 31) * 2);
}
