// A small rack on one machine: a controller and its machine, several times, and a console that donates. It starts them,
// follows what they say, and ends them; it decides nothing for them.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openMachineDirectory, type MachineDirectory, removeMachineDirectory } from '../bus/machine-directory.ts';
import type { ProcessIdentity } from '../process-identity.ts';
import { spoolDirectory } from '../recovery/agent.ts';
import { after, type BoardEvent, type BoardView, type LabView, newBoard } from './board-view.ts';
import { FerryProcess } from './ferry-process.ts';
import { LabHost } from './lab-host.ts';
import { LAB_IMAGE_SIZE } from './lab-image.ts';
import type { LabPlaces } from './lab-places.ts';
import { takeOrder } from './lab-record.ts';
import { type LabSettings, writeRecoveryConfig } from './lab-setup.ts';
import type { RackNetwork } from './rack-network.ts';

const STEP_MS = 25;
/** Lines that are kept for the screens. */
const LINES = 100;

interface Member {
  readonly controller: FerryProcess;
  machine: MachineDirectory | undefined;
  host: LabHost | undefined;
  view: BoardView;
}

export interface LabOptions {
  readonly places: LabPlaces;
  readonly network: RackNetwork;
  readonly settings: LabSettings;
  /** Of the lab's image. */
  readonly sha256: string;
  /** Something is to be seen that was not before; `line` when it is worth a line. */
  changed(line?: string): void;
}

export class Lab {
  readonly #options: LabOptions;
  readonly #members: Member[] = [];
  readonly #lines: string[] = [];
  #console: FerryProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosing = false;
  page: string | undefined;

  constructor(options: LabOptions) {
    this.#options = options;
  }

  get view(): LabView {
    return { console: this.#options.network.address(0), page: this.page, boards: this.#members.map(({ view }) => view), lines: this.#lines };
  }

  /** The processes that it has started. */
  get children(): readonly ProcessIdentity[] {
    return [...this.#members.map(({ controller }) => controller), ...(this.#console === undefined ? [] : [this.#console])].flatMap(({ identity }) => identity ?? []);
  }

  /** Ends when all of them are ready. `controller-failed` when one ends before. */
  async start(): Promise<void> {
    const { places, network, settings } = this.#options;
    this.#console = new FerryProcess(network.prefix(0), [
      'donor', '--images', places.images, '--trust', places.publicKey, '--group-key', places.groupKey, '--listen-interface', network.interfaceOf(0),
      '--port', `${settings.port}`, '--rate', `${Math.floor(settings.ratePerSecond / 1024)}`, '--json',
    ], (event) => this.#consoleSays(event));
    void this.#console.ended.then((how) => this.#sayEnded('console', 'it', how));
    const ready: Promise<void>[] = [this.#console.says('ready')];
    for (let number = 1; number <= settings.count; number++) ready.push(this.#startMember(number).says('ready'));
    this.#timer = setInterval(() => this.#step(), STEP_MS);
    await Promise.all(ready);
  }

  /** Ends all of them, the machines first: nobody is to be seen as broken for it. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    await Promise.all([...this.#members.map(({ controller }) => controller), ...(this.#console === undefined ? [] : [this.#console])].map((one) => one.stop()));
    this.#members.forEach(({ machine }, index) => {
      machine?.close();
      removeMachineDirectory(this.#options.places.state(index + 1));
    });
    this.#members.length = 0;
  }

  #startMember(number: number): FerryProcess {
    const { places, network, settings } = this.#options;
    const config = writeRecoveryConfig(places, network, number, settings);
    const controller: FerryProcess = new FerryProcess(network.prefix(number), ['bmc', '--state', places.state(number), '--board', places.board, '--trust', places.publicKey, '--recovery', config, '--json'], (event) => this.#memberSays(number, event));
    this.#members.push({ controller, machine: undefined, host: undefined, view: newBoard(number, network.address(number)) });
    void controller.ended.then((how) => {
      this.#update(number, { phase: 'ended', text: this.#sayEnded(`bmc ${number}`, 'the controller', how), tone: 'bad' });
    });
    return controller;
  }

  #memberSays(number: number, event: BoardEvent): void {
    const member = this.#members[number - 1];
    if (member === undefined) return;
    member.view = after(member.view, event);
    if (event.event === 'ready' && member.machine === undefined) {
      member.machine = openMachineDirectory(this.#options.places.state(number));
      member.host = new LabHost(member.machine.registers, this.#options.places.state(number));
    }
    this.#say(`bmc ${number}`, event);
  }

  #consoleSays(event: BoardEvent): void {
    this.#say('console', event);
  }

  #say(who: string, { event, text, time }: BoardEvent): void {
    if (!isTold(event)) return this.#options.changed();
    const line = `${time.slice(11, 19)} ${who.padEnd(7)}  ${text.replace(/^bios: /, '')}`;
    this.#lines.push(line);
    this.#lines.splice(0, this.#lines.length - LINES);
    this.#options.changed(line);
  }

  /** One that has ended by itself; answers what was said. */
  #sayEnded(who: string, what: string, how: string): string {
    const text = `${what} has ended by itself (${how}); ferry lab stop and ferry lab start everything again as it is`;
    if (!this.#isClosing) this.#say(who, { event: 'ended', text, time: new Date().toISOString() });
    return text;
  }

  #update(number: number, change: Partial<BoardView>): void {
    const member = this.#members[number - 1];
    if (member === undefined || this.#isClosing) return;
    member.view = { ...member.view, ...change };
    this.#options.changed();
  }

  #step(): void {
    const reset = takeOrder(this.#options.places);
    if (reset !== undefined) this.#members[reset - 1]?.host?.pressReset();
    this.#members.forEach(({ host, view }, index) => {
      if (host === undefined) return;
      host.step(performance.now());
      const received = view.phase === 'fetching' ? this.#received(index + 1) : view.received;
      if (host.text === view.hostText && received?.done === view.received?.done) return;
      this.#update(index + 1, { host: host.state, hostText: host.text, received });
    });
  }

  /** How much of the lab's image lies in the controller's spool. */
  #received(number: number): BoardView['received'] {
    const path = join(spoolDirectory(this.#options.places.state(number), 'bios'), `${this.#options.sha256}.image`);
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    return size === undefined ? undefined : { done: Math.min(size, LAB_IMAGE_SIZE), total: LAB_IMAGE_SIZE };
  }
}

const TOLD = /^(recovery-(?!evidence|source$)|donor-upload|boot-|host-|power-|condemned|stopped|donor-failed|donor-image-refused|offer-|upload-|report-|image-refused|messages-|ended$)/;
const isTold = (event: string): boolean => TOLD.test(event);
