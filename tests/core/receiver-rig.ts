// A receiver on a small board: real staging on disk, flash in memory, time by hand.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Board } from '../../host/bmc/board.ts';
import type { OpenFile } from '../../host/bmc/durable-file.ts';
import type { ControllerEvent } from '../../host/bmc/event-log.ts';
import { ReceiverActions } from '../../host/bmc/receiver-actions.ts';
import { SlotLog } from '../../host/bmc/slot-log.ts';
import { Slots, type SlotsOptions } from '../../host/bmc/slots.ts';
import { Staging } from '../../host/bmc/staging.ts';
import { loadCore } from '../../host/core/instance.ts';
import { Receiver } from '../../host/core/receiver.ts';
import type { ReceiverExports } from '../../host/core/receiver-exports.ts';
import type { RecordExports } from '../../host/core/slot-records.ts';
import type { Trust } from '../../host/bmc/trust/judge.ts';
import { SMALL_BOARD } from '../bmc/small-board.ts';
import { Wire, type Image, type Response } from './wire.ts';

export const CHUNK = 16 * 1024;
export const LEASE_MS = 5000;
const LAB: Trust = { keys: [], revoked: [], labMode: true };
/** No single request needs as many actions on this board. */
const ACTION_LIMIT = 2000;

export interface RigOptions {
  readonly board?: Board;
  readonly inject?: SlotsOptions['inject'];
  readonly openFile?: OpenFile;
  readonly chunkSize?: number;
  /** For how long an image is on trial; committed at once when not given. */
  readonly trialMs?: number;
  /** Whose signatures count; lab mode when not given. */
  readonly trust?: Trust;
  /** The clock at the start. */
  readonly now?: number;
}

export class Rig {
  readonly directory = mkdtempSync(join(tmpdir(), 'ferry-receiver-'));
  readonly slots: Slots;
  readonly wire = new Wire();
  readonly events: ControllerEvent[] = [];
  readonly responses: Response[] = [];
  readonly #options: RigOptions;
  receiver: Receiver;
  now: number;
  #boots = 0;

  constructor(options: RigOptions = {}) {
    this.#options = options;
    this.now = options.now ?? 1000;
    this.slots = new Slots({ board: options.board ?? SMALL_BOARD, inject: options.inject });
    this.receiver = this.#boot();
  }

  /** The receiver dies and another one starts: what was not on disk or flash is gone. */
  restart(): void {
    this.receiver = this.#boot();
  }

  /** Performs actions until there is none. */
  run(): void {
    for (let count = 0; this.receiver.step(this.now); count++) {
      if (count > ACTION_LIMIT) throw new Error('the receiver never comes to rest');
    }
  }

  /** Delivers a message and answers with what the receiver says, when it has come to rest. */
  ask(message: Uint8Array): Response {
    this.responses.length = 0;
    this.run();
    const status = this.receiver.deliver(0, message, this.now);
    if (status !== 'Ok' && status !== 'BadVersion') throw new Error(`the message was dropped: ${status}`);
    this.run();
    const response = this.responses.at(-1);
    if (response === undefined) throw new Error('no response');
    return response;
  }

  /** Opens an upgrade; answers its id. */
  open(session = 1): number {
    return this.ask(this.wire.startUpgrade(session)).fields['id'] ?? 0;
  }

  /** Announces an image; answers the response. */
  announce(upgrade: number, image: Image): Response {
    return this.ask(this.wire.startFile(upgrade, image));
  }

  /** Sends the chunks from `next` on, in order. */
  sendFrom(image: Image, transfer: number, next: number): void {
    const size = this.#options.chunkSize ?? CHUNK;
    for (let offset = next; offset < image.bytes.length; offset += size) {
      const { completion } = this.ask(this.wire.data(transfer, offset, image.bytes.subarray(offset, offset + size)));
      if (completion !== 'Ok') throw new Error(`the chunk at ${offset} was answered ${completion}`);
    }
  }

  /** Asks for the end of the file until it is no longer in progress. */
  finish(image: Image, transfer: number): Response {
    for (;;) {
      const response = this.ask(this.wire.endFile(transfer, image.bytes.length));
      if (response.completion !== 'InProgress') return response;
    }
  }

  /** The whole of one image in an upgrade of its own. */
  install(image: Image, activate: 'now' | 'no' | 'nextReset' = 'now', session = 1): { file: Response; upgrade: Response } {
    const upgrade = this.open(session);
    const start = this.announce(upgrade, image);
    if (start.completion !== 'Ok') return { file: start, upgrade: this.ask(this.wire.abort(upgrade)) };
    const transfer = start.fields['transfer'] ?? 0;
    this.sendFrom(image, transfer, start.fields['next'] ?? 0);
    const file = this.finish(image, transfer);
    return { file, upgrade: this.ask(this.wire.endUpgrade(upgrade, activate)) };
  }

  /** Whether the slot holds the image from its start. */
  holds(image: Image, slot: number): boolean {
    const bytes = new Uint8Array(image.bytes.length);
    this.slots.read(image.component, slot, 0, bytes);
    return Buffer.compare(bytes, image.bytes) === 0;
  }

  /** What was collected is gone, as after a new disk. */
  loseStaging(): void {
    rmSync(join(this.directory, 'staging'), { recursive: true, force: true });
  }

  words(): string[] {
    return this.events.map(({ event }) => event);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #boot(): Receiver {
    const core = loadCore<ReceiverExports & RecordExports>();
    const { openFile, board = SMALL_BOARD, chunkSize = CHUNK, trialMs = 0, trust = LAB } = this.#options;
    const staging = new Staging({ directory: join(this.directory, 'staging'), ...(openFile ? { openFile } : {}) });
    const slotLog = new SlotLog(core, this.slots);
    const records = slotLog.list();
    const receiver: Receiver = new Receiver(core, new ReceiverActions({
      staging, slots: this.slots, slotLog, records,
      platform: board.platform, trust: () => trust,
      respond: (_link, message) => this.responses.push(this.wire.read(message)),
      transfer: () => receiver.transfer(this.now),
      components: () => receiver.components(this.now),
      say: (event) => this.events.push(event),
    }));
    this.#boots++;
    receiver.start({ components: board.components, records, chunkSize, window: 8, leaseMs: LEASE_MS, trialMs, labMode: trust.labMode, bootId: 1000 * this.#boots, platform: board.platform });
    return receiver;
  }
}
