// What a damaged image looked like, told before it is overwritten: blocks can be compared only against the very image that
// should have been there, once that has been fetched.
import { crc32 } from 'node:zlib';
import type { ComponentRecovery } from './component-recovery.ts';
import type { Candidate } from './source.ts';

const BLOCK = 64 * 1024;
/** Offsets of differing blocks that are told. */
const SHOWN = 16;

export function tellEvidence(of: ComponentRecovery, { statement: { sha256, size } }: Candidate): void {
  const { state: { evidence }, parts: { spool } } = of;
  if (evidence === undefined || evidence.expected !== sha256 || evidence.blocks.length !== Math.ceil(size / BLOCK)) return;
  const differing = evidence.blocks.flatMap((crc, index) => {
    // A protected block, which no image changes.
    if (crc < 0) return [];
    const block = new Uint8Array(Math.min(BLOCK, size - index * BLOCK));
    spool.read(index * BLOCK, block);
    return crc32(block) === crc ? [] : [index * BLOCK];
  });
  const first = differing.slice(0, SHOWN);
  of.say('recovery-evidence', `${differing.length} of ${evidence.blocks.length} blocks of 64 KiB differ, the first at ${first.join(', ')}`, {
    expected: evidence.expected, got: evidence.got, blocks: differing.length, offsets: first.join(' '),
  });
}
