import type { CoreGlobals } from './flash-globals.ts';
import { fits, nameOf, numberOf, unsigned, type BodyCodec, type WireMemory, type WireMemoryExports } from './wire-memory.ts';
import type { CompletionName } from './wire-names.ts';
import { namesOf } from './words.ts';

export interface HelloRequest {
  readonly lowest: number;
  readonly highest: number;
  /** Names one run of the sending end. */
  readonly session: number;
  readonly largestMessage: number;
}

/** What a device that speaks a version of ours tells of itself. */
export interface HelloDevice {
  /** Another one at each start of the device. */
  readonly bootId: number;
  readonly chunkSize: number;
  readonly window: number;
  readonly componentCount: number;
  readonly platform: string;
}

export interface HelloResponse {
  readonly completion: CompletionName;
  /** The version chosen; 0 when none fits. */
  readonly version: number;
  readonly lowest: number;
  readonly highest: number;
  /** Only with the completion Ok. */
  readonly device?: HelloDevice;
}

export interface HelloExports
  extends WireMemoryExports,
    CoreGlobals<
      | 'helloLowest' | 'helloHighest' | 'helloSession' | 'helloLargestMessage' | 'helloCompletion' | 'helloVersion' | 'helloBootId'
      | 'helloChunkSize' | 'helloWindow' | 'helloComponentCount' | 'helloPlatform'
    > {
  helloRequestEncode(body: number, lowest: number, highest: number, session: number, largestMessage: number): number;
  helloRequestDecode(body: number, size: number): number;
  helloResponseEncode(
    body: number, completion: number, version: number, lowest: number, highest: number, bootId: number, chunkSize: number,
    window: number, componentCount: number, platform: number,
  ): number;
  helloResponseDecode(body: number, size: number): number;
}

const SILENT: HelloDevice = { bootId: 0, chunkSize: 0, window: 0, componentCount: 0, platform: '' };

export function helloRequest(core: HelloExports, memory: WireMemory): BodyCodec<HelloRequest> {
  return {
    encode: ({ lowest, highest, session, largestMessage }) =>
      core.helloRequestEncode(
        memory.bodyAt, fits(lowest, 8, 'lowest'), fits(highest, 8, 'highest'), fits(session, 32, 'session'),
        fits(largestMessage, 32, 'largestMessage')),
    decode: (size) => core.helloRequestDecode(memory.bodyAt, size),
    read: () => ({
      lowest: unsigned(core.helloLowest),
      highest: unsigned(core.helloHighest),
      session: unsigned(core.helloSession),
      largestMessage: unsigned(core.helloLargestMessage),
    }),
  };
}

export function helloResponse(core: HelloExports, memory: WireMemory): BodyCodec<HelloResponse> {
  const completions = namesOf(core.Completion);
  const device = (): HelloDevice => ({
    bootId: unsigned(core.helloBootId),
    chunkSize: unsigned(core.helloChunkSize),
    window: unsigned(core.helloWindow),
    componentCount: unsigned(core.helloComponentCount),
    platform: memory.readName(unsigned(core.helloPlatform)),
  });
  return {
    encode: ({ completion, version, lowest, highest, device: { bootId, chunkSize, window, componentCount, platform } = SILENT }) =>
      core.helloResponseEncode(
        memory.bodyAt, numberOf(core.Completion, completion), fits(version, 8, 'version'), fits(lowest, 8, 'lowest'),
        fits(highest, 8, 'highest'), fits(bootId, 32, 'bootId'), fits(chunkSize, 32, 'chunkSize'), fits(window, 16, 'window'),
        fits(componentCount, 16, 'componentCount'), memory.name(platform)),
    decode: (size) => core.helloResponseDecode(memory.bodyAt, size),
    read: () => {
      const completion = nameOf<CompletionName>(completions, unsigned(core.helloCompletion));
      const versions = { version: unsigned(core.helloVersion), lowest: unsigned(core.helloLowest), highest: unsigned(core.helloHighest) };
      return completion === 'Ok' ? { completion, ...versions, device: device() } : { completion, ...versions };
    },
  };
}
