// A whole board in memory, fast: the receiving half of the core with the controller's own staging, slots and records on a
// medium that a test can cut power from. What a host would send comes in as messages.
import { FLASH_PARTS } from '../../host/bmc/flash-part.ts';
import type { Board } from '../../host/bmc/board.ts';
import { RECORDS_SIZE } from '../../host/bmc/board.ts';
import type { ControllerCore } from '../../host/bmc/controller-parts.ts';
import { ReceiverActions } from '../../host/bmc/receiver-actions.ts';
import { SlotLog } from '../../host/bmc/slot-log.ts';
import { Slots } from '../../host/bmc/slots.ts';
import { Staging } from '../../host/bmc/staging.ts';
import type { ComponentSnapshot } from '../../host/core/receiver-exports.ts';
import { Receiver } from '../../host/core/receiver.ts';
import { Wire, type Image } from '../core/wire.ts';
import { Medium, type MediumOperation } from './medium.ts';
import { CHUNK, WHOLE, type Way } from './ways.ts';

const KIB = 1024;
/** One block that can be erased at once, and four sectors. */
export const SLOT = 80 * KIB;
const LEASE_MS = 1000;

export const BOARD: Board = {
  platform: 'cut-board',
  components: [
    { name: 'bmc', part: FLASH_PARTS.W25Q256JV, slotCount: 2, slotSize: SLOT },
    { name: 'bios', part: FLASH_PARTS.W25Q128JV, slotCount: 1, slotSize: SLOT },
  ],
  recordsPart: FLASH_PARTS.W25Q128JV,
};

export function blankMedium(): Medium {
  const medium = new Medium();
  for (const { name, part, slotCount, slotSize } of BOARD.components) {
    for (let slot = 0; slot < slotCount; slot++) medium.addChip(`${name}-${slot}`, part, slotSize);
  }
  medium.addChip('records', BOARD.recordsPart, RECORDS_SIZE);
  return medium;
}

const wire = new Wire();
let boots = 0;

/** What an operation goes through before it happens: it may throw. */
export type Hook = (operation: MediumOperation) => void;

/** One start of the board on what its medium holds. */
export class PoweredBoard {
  readonly #receiver: Receiver;
  #answer: Uint8Array | undefined;
  /** Why the action that failed last did. */
  failure: unknown;

  /** Time stands still: with a trial of any length an image is never committed. The hook sees every change of the medium, `onRead` every read of it and every file that is opened. Both may throw. */
  constructor(core: ControllerCore, medium: Medium, hook?: Hook, onRead?: (what: string) => void, trialMs = 0) {
    medium.files.onRead = onRead && ((kind, path) => onRead(`${kind} of ${path.slice(-12)}`));
    medium.files.onOperation = hook && ((file) => hook({ file }));
    const slots = new Slots({
      board: BOARD,
      cells: (chip) => medium.chip(chip),
      inject: onRead && ((chip, { kind }) => (kind === 'read' ? onRead(`read of the chip ${chip}`) : undefined, undefined)),
      onCommand: hook && ((chip, flash) => (hook({ chip, flash }), undefined)),
    });
    const staging = new Staging({ directory: '/staging', files: medium.files });
    const slotLog = new SlotLog(core, slots);
    const actions = new ReceiverActions({
      staging, slots, slotLog, records: [],
      platform: BOARD.platform, trust: () => ({ keys: [], revoked: [], labMode: true }),
      respond: (_link, message) => (this.#answer = message.slice()),
      transfer: () => this.#receiver.transfer(0),
      components: () => this.#receiver.components(0),
      say: () => undefined,
    });
    const failed = actions.failed.bind(actions);
    actions.failed = (action, cause) => {
      this.failure = cause;
      failed(action, cause);
    };
    this.#receiver = new Receiver(core, actions);
    const bootId = 1 + (++boots % 0xfffff) * 16;
    this.#receiver.start({ components: BOARD.components, records: slotLog.list(), chunkSize: CHUNK, window: 4, leaseMs: LEASE_MS, trialMs, bootId, platform: BOARD.platform });
    this.#run();
  }

  component(name: string): ComponentSnapshot {
    return this.#receiver.components(0).find((one) => one.name === name)!;
  }

  get isSafe(): boolean {
    return this.#receiver.transfer(0).isSafe;
  }

  hostReset(): void {
    this.#receiver.hostReset();
    this.#run();
  }

  /** The whole way of one image, over the one that runs. Answers how it ended; the first thing that was not Ok. */
  install(image: Image, activate: 'now' | 'nextReset' = 'now', way: Way = WHOLE, base: Image = image): string {
    const upgrade = wire.read(this.#ask(wire.startUpgrade(7)));
    if (upgrade.completion !== 'Ok') return upgrade.completion;
    const id = upgrade.fields['id'] ?? 0;
    const stored = way((message) => this.#ask(message), id, image, base);
    const ended = wire.read(this.#ask(wire.endUpgrade(id, activate))).completion;
    return stored === 'Ok' ? ended : stored;
  }

  #ask(message: Uint8Array): Uint8Array {
    this.#answer = undefined;
    const status = this.#receiver.deliver(0, message, 0);
    if (status !== 'Ok') throw new Error(`the board does not take a message: ${status}`);
    this.#run();
    if (this.#answer === undefined) throw new Error('the board does not answer');
    return this.#answer;
  }

  #run(): void {
    for (let steps = 0; this.#receiver.step(0); steps++) if (steps > 10_000) throw new Error('the board does not come to rest');
  }
}
