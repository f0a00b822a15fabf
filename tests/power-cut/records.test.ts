// Power that fails at every operation of the slot records, with bits left undecided that read right at one start and
// wrong at the next, and again at every operation of the append after it.
import { describe, expect, it } from 'vitest';
import { rolls } from '../../host/bmc/flash-fault.ts';
import { NorFlash } from '../../host/bmc/nor-flash.ts';
import { FLASH_PARTS } from '../../host/bmc/flash-part.ts';
import type { RecordExports } from '../../host/core/slot-records.ts';
import { SlotRecords } from '../../host/core/slot-records.ts';
import { loadCore } from '../../host/core/instance.ts';
import type { SlotRecord } from '../../host/core/slot-record.ts';
import { CUTS, Medium, operationText, type MediumOperation } from './medium.ts';

const part = FLASH_PARTS.W25Q128JV;
const SIZE = 8192;
const cores = [0, 1, 2].map(() => loadCore<RecordExports>());

/** For each component, the numbers of the records that may be its newest: the last one that was finished, or one in flight since. */
type Allowed = ReadonlyMap<string, ReadonlySet<number>>;

const record = (component: string, number: number): SlotRecord => ({
  component, active: 0, hostReset: false,
  slots: [{ state: 'valid', size: number, security: 0, version: `1.${number}`, digest: new Uint8Array(32).fill(number) }],
});

function open(core: RecordExports, medium: Medium, hook?: (operation: MediumOperation) => void): SlotRecords {
  const flash = new NorFlash({
    ...medium.chip('records'), ...(hook ? { onCommand: (flash) => (hook({ chip: 'records', flash }), undefined) } : {}),
  });
  return new SlotRecords(core, flash);
}

function expectAllowed(records: SlotRecords, allowed: Allowed, where: string): void {
  const found = new Map(records.list().map(({ component, slots }) => [component, slots[0]!.size]));
  for (const [component, numbers] of allowed) {
    const number = found.get(component);
    if (number === undefined || !numbers.has(number)) expect.unreachable(`${where}: ${component} has record ${number}, expected ${[...numbers].join(' or ')}`);
  }
}

const inFlight = (allowed: Allowed, component: string, number: number): Allowed =>
  new Map(allowed).set(component, new Set([...(allowed.get(component) ?? []), number]));
const finished = (allowed: Allowed, component: string, number: number): Allowed => new Map(allowed).set(component, new Set([number]));

const listOf = (records: SlotRecords): string => records.list().map(({ component, slots }) => `${component}=${slots[0]!.size}`).sort().join();

/** The first append after a cut, on a part that does not let the sector be erased that is left behind. */
function expectAppendWithoutCleaning(medium: Medium, allowed: Allowed, component: string, where: string): void {
  let erases = 0;
  const records = open(cores[2]!, medium, (operation) => {
    if (operation.chip !== undefined && operation.flash.kind === 'erase' && ++erases === 2) throw new Error('EIO');
  });
  records.append(record(component, 150));
  for (let starts = 0; starts < 8; starts++) expectAllowed(open(cores[2]!, medium), finished(allowed, component, 150), `${where}, not cleaned`);
}

/** A log to which each component has been appended in turn, in one start. */
function logOf(names: readonly string[], appends: number): { medium: Medium; allowed: Allowed } {
  const medium = new Medium();
  medium.addChip('records', part, SIZE);
  const records = open(cores[0]!, medium);
  let allowed: Allowed = new Map();
  for (let number = 1; number <= appends; number++) {
    const component = names[number % names.length]!;
    records.append(record(component, number));
    allowed = finished(allowed, component, number);
  }
  return { medium, allowed };
}

describe.each([[1, 3], [2, 4], [2, 15], [2, 16], [2, 17], [3, 40], [8, 20], [15, 31]])('power lost twice while slot records are appended (%i components, %i appends before)', (count, appends) => {
  const names = Array.from({ length: count }, (_, index) => `component-${index}`);

  it('leaves each component its newest record, old or new, and a finished append stays', () => {
    const { medium: base, allowed } = logOf(names, appends);
    const roll = rolls(count * 100 + appends);
    let cuts = 0;
    // Thrown inside of an operation it would only be a failed operation.
    let failure: unknown;
    /** Appends to the first and to another component; cut everywhere, `depth` more times. */
    const append = (medium: Medium, known: Allowed, depth: number, where: string): void => {
      let now = known;
      let number = 100 + depth * 10;
      let index = 0;
      const records = open(cores[depth]!, medium, (operation) => {
        index++;
        if (depth === 2) return;
        for (const cut of depth === 0 ? [...CUTS, 'weak', 'weak', 'weak', 'torn'] as const : CUTS) {
          const seed = roll();
          cuts++;
          if (failure !== undefined) return;
          try {
            append(medium.cutAt(operation, cut, seed), now, depth + 1, `${where}; ${cut} operation ${index} (${operationText(operation)}), cut seed ${seed}`);
            if (depth === 0) expectAppendWithoutCleaning(medium.cutAt(operation, cut, seed), now, names[0]!, `${cut} operation ${index}, cut seed ${seed}`);
          } catch (error) {
            failure = error;
          }
        }
      });
      expectAllowed(records, known, where);
      for (const component of depth === 0 ? [names[0]!, names.at(-1)!] : [names[depth % names.length]!]) {
        number++;
        now = inFlight(now, component, number);
        records.append(record(component, number));
        now = finished(now, component, number);
        expectAllowed(records, now, `${where}, appended`);
      }
      // What reads right once may read wrong the next time.
      const held = listOf(records);
      for (let starts = 0; starts < 3; starts++) {
        const again = open(cores[depth]!, medium);
        expectAllowed(again, now, `${where}, started again`);
        if (listOf(again) !== held) expect.unreachable(`${where}, started again: ${listOf(again)}, before ${held}`);
      }
    };
    append(base, allowed, 0, `${count} components after ${appends} appends`);
    if (failure !== undefined) throw failure;
    expect(cuts).toBeGreaterThan(100);
  });
});
