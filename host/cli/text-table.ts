// Tables and times as the commands print them. Knows nothing of what is in them.

/** Rows under a head, in columns as wide as what is in them. Lines are indented by two. */
export function tableLines(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  return [head, ...rows].map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

/** An ISO time to the second: `2026-01-02 03:04:05Z`. */
export function timeText(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')}Z`;
}

/** A duration for people: `70 ms`, `9.0 s`, `2 min 5 s`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`;
}

/** The start of a digest: enough to tell two apart. */
export function shortDigest(digest: string): string {
  return `${digest.slice(0, 16)}...`;
}
