import type { CoreEnum, CoreGlobals } from './flash-globals.ts';
import { fits, nameOf, numberOf, unsigned, type BodyCodec, type WireMemory, type WireMemoryExports } from './wire-memory.ts';
import type { CompletionName, PhaseName } from './wire-names.ts';
import { namesOf } from './words.ts';

export interface EndFileRequest {
  readonly transfer: number;
  readonly size: number;
  /** How long the answer may be held back while the image is stored. */
  readonly waitMs: number;
}

export interface EndFileResponse {
  readonly completion: CompletionName;
  readonly slot: number;
  readonly phase: PhaseName;
  readonly transfer: number;
  readonly done: number;
  readonly total: number;
  /** What is missing begins here, when the completion is Incomplete. */
  readonly next: number;
  /** Time that erasing and programming took by the part's typical figures. */
  readonly flashMs: number;
  /** Bytes that the slot held already. */
  readonly equalBytes: number;
  /** SHA-256 of what was read back. */
  readonly digest: Uint8Array;
}

export interface EndFileExports
  extends WireMemoryExports,
    CoreGlobals<
      | 'endFileTransfer' | 'endFileSize' | 'endFileWaitMs' | 'endFileCompletion' | 'endFileSlot' | 'endFilePhase' | 'endFileDone'
      | 'endFileTotal' | 'endFileNext' | 'endFileFlashMs' | 'endFileEqual' | 'endFileDigest'
    > {
  readonly Phase: CoreEnum;
  endFileRequestEncode(body: number, transfer: number, size: number, waitMs: number): number;
  endFileRequestDecode(body: number, size: number): number;
  endFileResponseEncode(
    body: number, completion: number, slot: number, phase: number, transfer: number, done: number, total: number, next: number,
    flashMs: number, equal: number, digest: number,
  ): number;
  endFileResponseDecode(body: number, size: number): number;
}

export function endFileRequest(core: EndFileExports, memory: WireMemory): BodyCodec<EndFileRequest> {
  return {
    encode: ({ transfer, size, waitMs }) =>
      core.endFileRequestEncode(memory.bodyAt, fits(transfer, 32, 'transfer'), fits(size, 32, 'size'), fits(waitMs, 16, 'waitMs')),
    decode: (size) => core.endFileRequestDecode(memory.bodyAt, size),
    read: () => ({
      transfer: unsigned(core.endFileTransfer),
      size: unsigned(core.endFileSize),
      waitMs: unsigned(core.endFileWaitMs),
    }),
  };
}

export function endFileResponse(core: EndFileExports, memory: WireMemory): BodyCodec<EndFileResponse> {
  const completions = namesOf(core.Completion);
  const phases = namesOf(core.Phase);
  return {
    encode: ({ completion, slot, phase, transfer, done, total, next, flashMs, equalBytes, digest }) =>
      core.endFileResponseEncode(
        memory.bodyAt, numberOf(core.Completion, completion), fits(slot, 8, 'slot'), numberOf(core.Phase, phase),
        fits(transfer, 32, 'transfer'), fits(done, 32, 'done'), fits(total, 32, 'total'), fits(next, 32, 'next'),
        fits(flashMs, 32, 'flashMs'), fits(equalBytes, 32, 'equalBytes'), memory.digest(digest)),
    decode: (size) => core.endFileResponseDecode(memory.bodyAt, size),
    read: () => ({
      completion: nameOf<CompletionName>(completions, unsigned(core.endFileCompletion)),
      slot: unsigned(core.endFileSlot),
      phase: nameOf<PhaseName>(phases, unsigned(core.endFilePhase)),
      transfer: unsigned(core.endFileTransfer),
      done: unsigned(core.endFileDone),
      total: unsigned(core.endFileTotal),
      next: unsigned(core.endFileNext),
      flashMs: unsigned(core.endFileFlashMs),
      equalBytes: unsigned(core.endFileEqual),
      digest: memory.readDigest(unsigned(core.endFileDigest)),
    }),
  };
}
