// A controller and its host in one process: both pumped by hand, time too.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller } from '../../host/bmc/controller.ts';
import type { ControllerOptions } from '../../host/bmc/controller-options.ts';
import type { ControllerEvent } from '../../host/bmc/event-log.ts';
import { MailboxHost } from '../bus/mailbox-host.ts';
import { Wire, type Image, type Response } from '../core/wire.ts';
import { SMALL_BOARD } from './small-board.ts';

export const CHUNK = 65_536;
export const LEASE_MS = 5000;

export class Machine {
  readonly directory = mkdtempSync(join(tmpdir(), 'ferry-controller-'));
  readonly wire = new Wire();
  readonly events: ControllerEvent[] = [];
  readonly clock = { now: 0, nowMs: () => this.clock.now };
  readonly options: Partial<ControllerOptions>;
  state = join(this.directory, 'state-0');
  host = new MailboxHost();
  controller: Controller;
  #boots = 0;
  #copies = 0;
  #resets = 0;

  constructor(options: Partial<ControllerOptions> = {}) {
    this.options = options;
    this.controller = this.makeController();
    this.controller.start();
  }

  makeController(): Controller {
    const { registers, window } = this.host;
    this.#boots++;
    return new Controller({
      stateDirectory: this.state, board: SMALL_BOARD, registers, window, clock: this.clock, leaseMs: LEASE_MS, labMode: true, bootId: this.#boots,
      log: (event) => this.events.push(event), ...this.options,
    });
  }

  /** The controller dies without a word, and another one starts from what it left on disk. */
  kill(): void {
    this.state = this.copyState();
    this.controller = this.makeController();
    this.controller.start();
  }

  /** What a controller that dies now leaves behind. Its lock names a process that is alive here, so it is left out. */
  copyState(): string {
    const copy = join(this.directory, `state-${++this.#copies}`);
    cpSync(this.state, copy, { recursive: true, filter: (source) => !source.includes('controller-lock') });
    return copy;
  }

  /** Steps until the controller has nothing to do. */
  run(): void {
    for (let count = 0; this.controller.step() === 0; count++) {
      if (count > 2000) throw new Error('the controller never comes to rest');
    }
  }

  /** Resets the mailbox; answers how that went. */
  connect(): 'done' | 'refused' | undefined {
    const number = 0x1000 + ++this.#resets;
    this.host.askReset(number);
    this.run();
    return this.host.resetAnswer(number);
  }

  /** Sends a request and waits for its response. */
  ask(message: Uint8Array): Response {
    if (!this.host.send(message)) throw new Error('the send ring is full');
    this.run();
    return this.hear() ?? raise('no response');
  }

  hear(): Response | undefined {
    const message = this.host.receive((header) => this.wire.sizeOf(header));
    return message && this.wire.read(message);
  }

  /** Announces the image and sends all of it that is missing, a window at a time. Answers the response to start file. */
  sendFile(upgrade: number, image: Image): Response {
    const start = this.ask(this.wire.startFile(upgrade, image));
    const { transfer = 0, next = 0 } = start.fields;
    if (start.completion !== 'Ok') return start;
    for (let offset = next; offset < image.bytes.length;) {
      for (let sent = 0; sent < 16 && offset < image.bytes.length; sent++, offset += CHUNK) {
        this.host.send(this.wire.data(transfer, offset, image.bytes.subarray(offset, offset + CHUNK)));
      }
      this.run();
      for (let response = this.hear(); response; response = this.hear()) {
        if (response.completion !== 'Ok') throw new Error(`a chunk was answered ${response.completion}`);
      }
    }
    return start;
  }

  endFile(transfer: number, image: Image): Response {
    for (;;) {
      const response = this.ask(this.wire.endFile(transfer, image.bytes.length));
      if (response.completion !== 'InProgress') return response;
    }
  }

  /** The whole way of one image. Answers how the file ended. */
  install(image: Image, session = 1, activate: 'now' | 'nextReset' = 'now'): string {
    if (this.connect() !== 'done') throw new Error('the mailbox was not reset');
    const upgrade = this.ask(this.wire.startUpgrade(session)).fields['id'] ?? 0;
    const start = this.sendFile(upgrade, image);
    const { completion } = start.completion === 'Ok' ? this.endFile(start.fields['transfer'] ?? 0, image) : start;
    this.ask(this.wire.endUpgrade(upgrade, activate));
    return completion;
  }

  words(): string[] {
    return this.events.map(({ event }) => event);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function raise(message: string): never {
  throw new Error(message);
}
