// The frozen bytes of a protocol version, read from the file that holds them.
import { readFileSync } from 'node:fs';
import type { MessageName } from '../../host/core/wire.ts';

export interface GoldenMessage {
  readonly name: MessageName;
  readonly id: number;
  /** The fields as host/core/wire.ts has them. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly bytes: Uint8Array;
  /** Why this end would not make these bytes, though it has to read them. */
  readonly decodeOnly?: string;
}

interface GoldenFile {
  readonly frozen: string;
  readonly version: number;
  readonly messages: readonly (Omit<GoldenMessage, 'bytes'> & { readonly hex: readonly string[] })[];
}

/** Byte strings are written as `{ "hex": "…" }`. */
function revive(_key: string, value: unknown): unknown {
  const hex = value !== null && typeof value === 'object' && Object.keys(value).length === 1 ? (value as { hex?: unknown }).hex : undefined;
  return typeof hex === 'string' ? new Uint8Array(Buffer.from(hex, 'hex')) : value;
}

/** The files of a version; what is in one of them is never edited, and what comes later gets another one. */
const FILES: Readonly<Record<number, readonly string[]>> = { 1: ['version-1.json'], 2: ['version-2.json'], 3: ['version-3.json', 'version-3-blocks.json'] };

/** Every frozen message of a version. */
export function goldenMessages(version: number): readonly GoldenMessage[] {
  return (FILES[version] ?? []).flatMap((name) => {
    const file = JSON.parse(readFileSync(new URL(`./${name}`, import.meta.url), 'utf8'), revive) as GoldenFile;
    if (!/^Never edit/.test(file.frozen) || file.version !== version) throw new Error(`${name}: expected the frozen bytes of version ${version}`);
    return file.messages.map(({ hex, ...message }) => ({ ...message, bytes: new Uint8Array(Buffer.from(hex.join(''), 'hex')) }));
  });
}
