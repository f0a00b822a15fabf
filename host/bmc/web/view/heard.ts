// What was heard, out of the controller's JSON.
import type { SnapshotJson } from './snapshot.ts';

/** The snapshot in a message. A digest may come as the numbers of its bytes: that is how JSON has a Uint8Array. */
export function snapshotFrom(text: string): SnapshotJson {
  return JSON.parse(text, (key, value: unknown) => (key === 'digest' && typeof value === 'object' && value !== null ? hex(Object.values(value)) : value)) as SnapshotJson;
}

function hex(bytes: readonly unknown[]): string {
  return bytes.map((byte) => Number(byte).toString(16).padStart(2, '0')).join('');
}
