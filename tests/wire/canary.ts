// Watches over memory of a core that no message may reach.
import { expect } from 'vitest';
import { readNumber, type CoreGlobals } from '../../host/core/flash-globals.ts';

export interface CanaryExports extends CoreGlobals<'SCRATCH' | 'SCRATCH_SIZE'> {
  readonly memory: WebAssembly.Memory;
}

const FILL = 0xa5;

/** Fills the host's scratch buffer and everything behind the core's data. The answer fails when a byte of it has changed. */
export function plantCanary(core: CanaryExports): (where: string) => void {
  const memory = Buffer.from(core.memory.buffer);
  const dataEnd = memory.findLastIndex((byte) => byte !== 0) + 1;
  const areas = [
    memory.subarray(readNumber(core.SCRATCH), readNumber(core.SCRATCH) + readNumber(core.SCRATCH_SIZE)),
    // A buffer at the end of the data may still be all zeros: no buffer is larger than this.
    memory.subarray(Math.min(dataEnd + 1024 * 1024, memory.length - 65_536)),
  ];
  const wanted = areas.map((area) => Buffer.from(area.fill(FILL)));
  return (where) => areas.forEach((area, index) => expect(area.equals(wanted[index]!), `${where}: memory of the host is as it was`).toBe(true));
}
