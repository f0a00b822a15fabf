import type { CoreEnum, CoreGlobals } from './flash-globals.ts';
import { fits, nameOf, numberOf, unsigned, type BodyCodec, type WireMemory, type WireMemoryExports } from './wire-memory.ts';
import type { ActivateName, CompletionName, OriginName } from './wire-names.ts';
import { namesOf } from './words.ts';

export interface StartUpgradeRequest {
  readonly session: number;
  readonly imageCount: number;
  readonly activate: ActivateName;
  readonly origin: OriginName;
  /** Bytes of all images. */
  readonly total: number;
}

export interface StartUpgradeResponse {
  readonly completion: CompletionName;
  /** 0 unless the completion is Ok. */
  readonly upgrade: number;
  /** The session that holds the lock, and for how long. */
  readonly holder: number;
  readonly heldMs: number;
}

export interface StartUpgradeExports
  extends WireMemoryExports,
    CoreGlobals<
      | 'startUpgradeSession' | 'startUpgradeImageCount' | 'startUpgradeActivate' | 'startUpgradeOrigin' | 'startUpgradeTotal'
      | 'startUpgradeCompletion' | 'startUpgradeId' | 'startUpgradeHolder' | 'startUpgradeHeldMs'
    > {
  readonly Activate: CoreEnum;
  readonly Origin: CoreEnum;
  startUpgradeRequestEncode(body: number, session: number, imageCount: number, activate: number, origin: number, total: bigint): number;
  startUpgradeRequestDecode(body: number, size: number): number;
  startUpgradeResponseEncode(body: number, completion: number, id: number, holder: number, heldMs: number): number;
  startUpgradeResponseDecode(body: number, size: number): number;
}

export function startUpgradeRequest(core: StartUpgradeExports, memory: WireMemory): BodyCodec<StartUpgradeRequest> {
  const activates = namesOf(core.Activate);
  const origins = namesOf(core.Origin);
  return {
    encode: ({ session, imageCount, activate, origin, total }) =>
      core.startUpgradeRequestEncode(
        memory.bodyAt, fits(session, 32, 'session'), fits(imageCount, 16, 'imageCount'), numberOf(core.Activate, activate),
        numberOf(core.Origin, origin), BigInt(total)),
    decode: (size) => core.startUpgradeRequestDecode(memory.bodyAt, size),
    read: () => ({
      session: unsigned(core.startUpgradeSession),
      imageCount: unsigned(core.startUpgradeImageCount),
      activate: nameOf(activates, unsigned(core.startUpgradeActivate)),
      origin: nameOf(origins, unsigned(core.startUpgradeOrigin)),
      total: Number(BigInt.asUintN(64, BigInt(core.startUpgradeTotal.value as bigint))),
    }),
  };
}

export function startUpgradeResponse(core: StartUpgradeExports, memory: WireMemory): BodyCodec<StartUpgradeResponse> {
  const completions = namesOf(core.Completion);
  return {
    encode: ({ completion, upgrade, holder, heldMs }) =>
      core.startUpgradeResponseEncode(
        memory.bodyAt, numberOf(core.Completion, completion), fits(upgrade, 32, 'upgrade'), fits(holder, 32, 'holder'),
        fits(heldMs, 32, 'heldMs')),
    decode: (size) => core.startUpgradeResponseDecode(memory.bodyAt, size),
    read: () => ({
      completion: nameOf(completions, unsigned(core.startUpgradeCompletion)),
      upgrade: unsigned(core.startUpgradeId),
      holder: unsigned(core.startUpgradeHolder),
      heldMs: unsigned(core.startUpgradeHeldMs),
    }),
  };
}
