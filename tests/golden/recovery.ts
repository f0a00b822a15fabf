// The frozen bytes of the recovery messages, read from the file that holds them.
import { readFileSync } from 'node:fs';
import type { RecoveryMessageName } from '../../host/core/wire-recovery-messages.ts';

export interface GoldenRecovery {
  readonly name: RecoveryMessageName;
  readonly id: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly bytes: Uint8Array;
}

function revive(_key: string, value: unknown): unknown {
  const hex = value !== null && typeof value === 'object' && Object.keys(value).length === 1 ? (value as { hex?: unknown }).hex : undefined;
  return typeof hex === 'string' ? new Uint8Array(Buffer.from(hex, 'hex')) : value;
}

/** The files that hold them: what is in one of them is never edited. */
export const FROZEN = ['recovery-2.json', 'recovery-2-blocks.json'] as const;

/** Every frozen recovery message of version 2. */
export function goldenRecovery(): readonly GoldenRecovery[] {
  return FROZEN.flatMap((name) => {
    const file = JSON.parse(readFileSync(new URL(`./${name}`, import.meta.url), 'utf8'), revive) as {
      readonly frozen: string; readonly messages: readonly (Omit<GoldenRecovery, 'bytes'> & { readonly hex: readonly string[] })[];
    };
    if (!/^Never edit/.test(file.frozen)) throw new Error(`${name}: expected the frozen bytes`);
    return file.messages.map(({ hex, ...message }) => ({ ...message, bytes: new Uint8Array(Buffer.from(hex.join(''), 'hex')) }));
  });
}
