import type { CoreEnum, CoreGlobals } from './flash-globals.ts';
import { fits, nameOf, numberOf, unsigned, type BodyCodec, type WireMemory, type WireMemoryExports } from './wire-memory.ts';
import type { AbortReasonName, CompletionName } from './wire-names.ts';
import { namesOf } from './words.ts';

export interface AbortRequest {
  readonly upgrade: number;
  /** Keep what was received for a later run. */
  readonly keep: boolean;
  readonly reason: AbortReasonName;
}

export interface AbortResponse {
  readonly completion: CompletionName;
  readonly upgrade: number;
}

export interface AbortExports
  extends WireMemoryExports, CoreGlobals<'abortUpgrade' | 'abortKeep' | 'abortReason' | 'abortCompletion'> {
  readonly AbortReason: CoreEnum;
  abortRequestEncode(body: number, upgrade: number, keep: number, reason: number): number;
  abortRequestDecode(body: number, size: number): number;
  abortResponseEncode(body: number, completion: number, upgrade: number): number;
  abortResponseDecode(body: number, size: number): number;
}

export function abortRequest(core: AbortExports, memory: WireMemory): BodyCodec<AbortRequest> {
  const reasons = namesOf(core.AbortReason);
  return {
    encode: ({ upgrade, keep, reason }) =>
      core.abortRequestEncode(memory.bodyAt, fits(upgrade, 32, 'upgrade'), keep ? 1 : 0, numberOf(core.AbortReason, reason)),
    decode: (size) => core.abortRequestDecode(memory.bodyAt, size),
    read: () => ({
      upgrade: unsigned(core.abortUpgrade),
      keep: unsigned(core.abortKeep) !== 0,
      reason: nameOf<AbortReasonName>(reasons, unsigned(core.abortReason)),
    }),
  };
}

export function abortResponse(core: AbortExports, memory: WireMemory): BodyCodec<AbortResponse> {
  const completions = namesOf(core.Completion);
  return {
    encode: ({ completion, upgrade }) =>
      core.abortResponseEncode(memory.bodyAt, numberOf(core.Completion, completion), fits(upgrade, 32, 'upgrade')),
    decode: (size) => core.abortResponseDecode(memory.bodyAt, size),
    read: () => ({
      completion: nameOf<CompletionName>(completions, unsigned(core.abortCompletion)),
      upgrade: unsigned(core.abortUpgrade),
    }),
  };
}
