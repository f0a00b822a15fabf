import { readNumber, type CoreEnum, type CoreGlobals } from './flash-globals.ts';
import { fits, nameOf, numberOf, unsigned, type BodyCodec, type WireMemory, type WireMemoryExports } from './wire-memory.ts';
import type { ActivateName, CompletionName } from './wire-names.ts';
import { namesOf } from './words.ts';

export interface EndUpgradeRequest {
  readonly upgrade: number;
  readonly activate: ActivateName;
}

export interface EndUpgradeResponse {
  readonly completion: CompletionName;
  /** The new image of the device itself runs after its next reset. */
  readonly needsDeviceReset: boolean;
  /** A new image of the host's firmware runs after the host's next reset. */
  readonly needsHostReset: boolean;
  /** How many images the upgrade has stored. */
  readonly stored: number;
  readonly upgrade: number;
}

export interface EndUpgradeExports
  extends WireMemoryExports,
    CoreGlobals<
      | 'RESET_DEVICE' | 'RESET_HOST' | 'endUpgradeId' | 'endUpgradeActivate' | 'endUpgradeCompletion' | 'endUpgradeResets' | 'endUpgradeStored'
    > {
  readonly Activate: CoreEnum;
  endUpgradeRequestEncode(body: number, id: number, activate: number): number;
  endUpgradeRequestDecode(body: number, size: number): number;
  endUpgradeResponseEncode(body: number, completion: number, resets: number, stored: number, id: number): number;
  endUpgradeResponseDecode(body: number, size: number): number;
}

export function endUpgradeRequest(core: EndUpgradeExports, memory: WireMemory): BodyCodec<EndUpgradeRequest> {
  const activates = namesOf(core.Activate);
  return {
    encode: ({ upgrade, activate }) =>
      core.endUpgradeRequestEncode(memory.bodyAt, fits(upgrade, 32, 'upgrade'), numberOf(core.Activate, activate)),
    decode: (size) => core.endUpgradeRequestDecode(memory.bodyAt, size),
    read: () => ({
      upgrade: unsigned(core.endUpgradeId),
      activate: nameOf<ActivateName>(activates, unsigned(core.endUpgradeActivate)),
    }),
  };
}

export function endUpgradeResponse(core: EndUpgradeExports, memory: WireMemory): BodyCodec<EndUpgradeResponse> {
  const completions = namesOf(core.Completion);
  const [device, host] = [readNumber(core.RESET_DEVICE), readNumber(core.RESET_HOST)];
  return {
    encode: ({ completion, needsDeviceReset, needsHostReset, stored, upgrade }) =>
      core.endUpgradeResponseEncode(
        memory.bodyAt, numberOf(core.Completion, completion), (needsDeviceReset ? device : 0) | (needsHostReset ? host : 0),
        fits(stored, 16, 'stored'), fits(upgrade, 32, 'upgrade')),
    decode: (size) => core.endUpgradeResponseDecode(memory.bodyAt, size),
    read: () => ({
      completion: nameOf<CompletionName>(completions, unsigned(core.endUpgradeCompletion)),
      needsDeviceReset: (unsigned(core.endUpgradeResets) & device) !== 0,
      needsHostReset: (unsigned(core.endUpgradeResets) & host) !== 0,
      stored: unsigned(core.endUpgradeStored),
      upgrade: unsigned(core.endUpgradeId),
    }),
  };
}
