import { readNumber, type CoreEnum, type CoreGlobals } from './flash-globals.ts';
import { fits, nameOf, numberOf, unsigned, type BodyCodec, type WireMemory, type WireMemoryExports } from './wire-memory.ts';
import type { CompletionName, PhaseName } from './wire-names.ts';
import { namesOf } from './words.ts';

/** The request has no fields. */
export type StatusRequest = Readonly<Record<string, never>>;

/** What the receiving end is doing. */
export interface StatusReport {
  readonly phase: PhaseName;
  /** Whether cutting the power now leaves every component with a whole image. */
  readonly isSafe: boolean;
  /** How the last file ended. */
  readonly lastCompletion: CompletionName;
  /** 0 when no upgrade is open, as the next two. */
  readonly upgrade: number;
  readonly session: number;
  readonly elapsedMs: number;
  readonly imageIndex: number;
  readonly imageCount: number;
  readonly done: number;
  readonly total: number;
  /** Empty when no file is under way. */
  readonly component: string;
  readonly version: string;
  readonly bootId: number;
}

export interface StatusResponse {
  readonly completion: CompletionName;
  /** Only with the completion Ok. */
  readonly report?: StatusReport;
}

export interface StatusExports
  extends WireMemoryExports,
    CoreGlobals<
      | 'STATUS_RESPONSE_SIZE' | 'statusCompletion' | 'statusPhase' | 'statusIsSafe' | 'statusLastCompletion' | 'statusUpgrade' | 'statusSession'
      | 'statusElapsedMs' | 'statusImageIndex' | 'statusImageCount' | 'statusDone' | 'statusTotal' | 'statusBootId' | 'statusComponent'
      | 'statusVersion'
    > {
  readonly Phase: CoreEnum;
  statusResponseEncode(
    body: number, phase: number, isSafe: number, lastCompletion: number, upgrade: number, session: number, elapsedMs: number,
    imageIndex: number, imageCount: number, done: number, total: number, component: number, version: number, bootId: number,
  ): number;
  statusResponseDecode(body: number, size: number): number;
}

export function statusRequest(): BodyCodec<StatusRequest> {
  return { encode: () => 0, decode: () => 0, read: () => ({}) };
}

export function statusResponse(core: StatusExports, memory: WireMemory): BodyCodec<StatusResponse> {
  const completions = namesOf(core.Completion);
  const phases = namesOf(core.Phase);
  return {
    encode: ({ completion, report }) =>
      report === undefined ? memory.refusal(completion, readNumber(core.STATUS_RESPONSE_SIZE)) : encodeReport(core, memory, report),
    decode: (size) => core.statusResponseDecode(memory.bodyAt, size),
    read: () => {
      const completion = nameOf<CompletionName>(completions, unsigned(core.statusCompletion));
      return completion === 'Ok' ? { completion, report: readReport(core, memory, completions, phases) } : { completion };
    },
  };
}

function encodeReport(core: StatusExports, memory: WireMemory, report: StatusReport): number {
  const { phase, isSafe, lastCompletion, upgrade, session, elapsedMs, imageIndex, imageCount, done, total, component, version, bootId } = report;
  return core.statusResponseEncode(
    memory.bodyAt, numberOf(core.Phase, phase), isSafe ? 1 : 0, numberOf(core.Completion, lastCompletion), fits(upgrade, 32, 'upgrade'),
    fits(session, 32, 'session'), fits(elapsedMs, 32, 'elapsedMs'), fits(imageIndex, 16, 'imageIndex'), fits(imageCount, 16, 'imageCount'),
    fits(done, 32, 'done'), fits(total, 32, 'total'), memory.name(component), memory.version(version), fits(bootId, 32, 'bootId'));
}

function readReport(core: StatusExports, memory: WireMemory, completions: readonly string[], phases: readonly string[]): StatusReport {
  return {
    phase: nameOf(phases, unsigned(core.statusPhase)),
    isSafe: unsigned(core.statusIsSafe) !== 0,
    lastCompletion: nameOf(completions, unsigned(core.statusLastCompletion)),
    upgrade: unsigned(core.statusUpgrade),
    session: unsigned(core.statusSession),
    elapsedMs: unsigned(core.statusElapsedMs),
    imageIndex: unsigned(core.statusImageIndex),
    imageCount: unsigned(core.statusImageCount),
    done: unsigned(core.statusDone),
    total: unsigned(core.statusTotal),
    component: memory.readName(unsigned(core.statusComponent)),
    version: memory.readVersion(unsigned(core.statusVersion)),
    bootId: unsigned(core.statusBootId),
  };
}
