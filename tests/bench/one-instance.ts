// The hot path of one chunk without processes, files and hashes: into a message with its CRC-32, through a ring slot, checked,
// and into a flash in memory, 16 MiB of them, against copying the same bytes once.
import { FLASH_PARTS } from '../../host/bmc/flash-part.ts';
import { NorFlash } from '../../host/bmc/nor-flash.ts';
import { LocalMemory } from '../../host/bus/shared-memory.ts';
import { readNumber, type CoreGlobals } from '../../host/core/flash-globals.ts';
import { loadCore } from '../../host/core/instance.ts';
import { firmware, seeded } from '../flash/content.ts';
import { compare, type Comparison, timed } from './measure.ts';

interface PathExports extends CoreGlobals<'INBOX' | 'HEADER_SIZE' | 'PROTOCOL_VERSION' | 'SENDER_CHUNK'> {
  readonly memory: WebAssembly.Memory;
  readonly MessageType: Readonly<Record<string, WebAssembly.Global>>;
  frameSpeak(version: number): void;
  frameEncode(message: number, type: number, id: number, bodySize: number): number;
  frameDecode(message: number, size: number): number;
}

const CHUNK = 64 * 1024;
const SIZE = 16 * 1024 * 1024;
const DATA_HEADER = 16;

const BOUND = 'bounded by two CRC-32 (made and checked), four copies and an erase in the model of the flash, against one copy';

export async function benchOneInstance(): Promise<Comparison> {
  const core = loadCore<PathExports>();
  const image = firmware(seeded(1), SIZE);
  const flash = new NorFlash({ part: FLASH_PARTS.W25Q128JV });
  const ring = new LocalMemory(2 * 1024 * 1024);
  const header = readNumber(core.HEADER_SIZE);
  const inbox = readNumber(core.INBOX);
  const type = readNumber(core.MessageType['TransmitData']!);
  const size = header + DATA_HEADER + CHUNK;
  const message = new Uint8Array(core.memory.buffer, inbox, size);
  const body = message.subarray(header + DATA_HEADER);
  core.frameSpeak(readNumber(core.PROTOCOL_VERSION));

  const path = (): void => {
    for (let offset = 0; offset < SIZE; offset += CHUNK) {
      body.set(image.subarray(offset, offset + CHUNK));
      core.frameEncode(inbox, type, offset, DATA_HEADER + CHUNK);
      const slot = ((offset / CHUNK) % 16) * (CHUNK + 64);
      ring.write(slot, message);
      ring.read(slot, message);
      if (core.frameDecode(inbox, size) !== 0) throw new Error('bench: a message that was just made is none');
      flash.erase(offset, CHUNK);
      flash.program(offset, body);
    }
  };
  const copy = new Uint8Array(SIZE);
  const result = await compare({
    job: '16 MiB, chunk to flash in one instance', peer: 'memcpy of the same bytes', bytes: SIZE, rounds: 15,
    ours: () => timed(path), theirs: () => timed(() => copy.set(image)),
  });
  return { ...result, notes: [BOUND] };
}
