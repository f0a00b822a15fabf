// The time of creation in LIF headers and entries: six bytes, two decimal digits each: year, month, day, hour, minute,
// second. The zone is not part of the format; here it is UTC.

/** The six bytes of a moment, given in milliseconds since 1970. */
export function encodeTime(milliseconds: number): Uint8Array {
  const time = new Date(milliseconds);
  const parts = [
    time.getUTCFullYear() % 100, time.getUTCMonth() + 1, time.getUTCDate(),
    time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds(),
  ];
  return Uint8Array.from(parts, (part) => (Math.floor(part / 10) << 4) | (part % 10));
}

/** `26/03/01 12:34:56`, as lifls shows it. Digits that are none come out as the hexadecimal ones that they are. */
export function timeText(bytes: Uint8Array): string {
  const [year, month, day, hour, minute, second] = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
  return `${year}/${month}/${day} ${hour}:${minute}:${second}`;
}
