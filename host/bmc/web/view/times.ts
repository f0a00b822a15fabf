// Points in time as the reader's clock has them.

/** `14:03:22` today, `2026-11-20 14:03:22` on another day. What can't be read is shown as it came. */
export function clockText(iso: string, today: Date): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(':');
  return dayText(time) === dayText(today) ? clock : `${dayText(time)} ${clock}`;
}

function dayText(time: Date): string {
  return [time.getFullYear(), time.getMonth() + 1, time.getDate()].map(twoDigits).join('-');
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
