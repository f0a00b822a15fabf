// Controllers with their machines, each in a network namespace of its own, joined by a bridge; and programs beside them.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HostPower } from '../../host/bus/power-registers.ts';
import { type MachineDirectory, openMachineDirectory, removeMachineDirectory } from '../../host/bus/machine-directory.ts';
import type { BoardEvent } from '../../host/lab/board-view.ts';
import { FerryProcess } from '../../host/lab/ferry-process.ts';
import { LabHost } from '../../host/lab/lab-host.ts';
import { LAB_IMAGE_SIZE } from '../../host/lab/lab-image.ts';
import { LabPlaces } from '../../host/lab/lab-places.ts';
import { setUpLab } from '../../host/lab/lab-setup.ts';
import { NamespaceNetwork } from '../../host/lab/rack-network.ts';
import { spoolDirectory } from '../../host/recovery/agent.ts';
import { Child } from '../os/child.ts';

const isRoot = process.getuid?.() === 0;
const hasTool = ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip', '/bin/ip'].some((path) => existsSync(path));
const missing = [...(isRoot ? [] : ['root']), ...(hasTool ? [] : ['apt-get install iproute2'])];
const required = process.env['FERRY_REQUIRE_PEERS'] === '1';
const PORT = 7989;

/** A test that needs network namespaces. */
export function rackTest(name: string, work: () => Promise<void>): void {
  test.skipIf(missing.length > 0 && !required)(missing.length > 0 ? `${name} (skipped: needs ${missing.join(' and ')})` : name, { timeout: 120_000 }, async () => {
    expect(missing, 'what is needed here').toEqual([]);
    await work();
  });
}

/** What a test before this one has left when it was killed. */
function removeLeftovers(): void {
  const names = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).split('\n').map((line) => line.split(' ')[0] ?? '');
  for (const name of names) {
    const pid = /^ferry-test(\d+)-\d+$/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) execFileSync('ip', ['netns', 'delete', name]);
  }
}

interface Member {
  controller: FerryProcess;
  readonly events: BoardEvent[];
  readonly config: string;
  machine: MachineDirectory | undefined;
  host: LabHost | undefined;
}

export class NamespacedRack {
  readonly places: LabPlaces;
  readonly network: NamespaceNetwork;
  readonly #members = new Map<number, Member>();
  readonly #programs: Child[] = [];
  readonly #pump: NodeJS.Timeout;
  readonly #removeAtExit = (): void => this.network.remove();

  private constructor(places: LabPlaces, namespaces: number) {
    removeLeftovers();
    this.places = places;
    this.network = new NamespaceNetwork(`ferry-test${process.pid}`, namespaces);
    process.once('exit', this.#removeAtExit);
    this.#pump = setInterval(() => {
      for (const { host } of this.#members.values()) host?.step(performance.now());
    }, 20);
  }

  /** Machines of a series, counted from 1, none of them started; and so many namespaces in all. */
  static async make(directory: string, machines: number, namespaces: number): Promise<NamespacedRack> {
    const places = new LabPlaces(directory);
    await setUpLab(places, { count: machines });
    return new NamespacedRack(places, namespaces);
  }

  /** Starts a controller with its machine; `extra` is more of its recovery.ini. */
  async start(number: number, extra = ''): Promise<void> {
    const known = this.#members.get(number);
    const config = known?.config ?? this.#writeConfig(number, extra);
    const events = known?.events ?? [];
    const from = events.length;
    const controller = new FerryProcess(this.network.prefix(number), ['bmc', '--state', this.places.state(number), '--board', this.places.board, '--trust', this.places.publicKey, '--recovery', config, '--json'], (event) => events.push(event));
    this.#members.set(number, { controller, events, config, machine: known?.machine, host: known?.host });
    await this.until(() => events.slice(from).some(({ event }) => event === 'ready'), `controller ${number} is ready`);
    const member = this.#members.get(number)!;
    if (member.machine !== undefined) return;
    member.machine = openMachineDirectory(this.places.state(number));
    member.host = new LabHost(member.machine.registers, this.places.state(number));
  }

  /** Ends a controller at once. */
  kill(number: number): Promise<void> {
    return this.#member(number).controller.stop('SIGKILL');
  }

  host(number: number): LabHost {
    return this.#member(number).host!;
  }

  /** Someone switches the machine off at its button. */
  switchOff(number: number): void {
    new HostPower(this.#member(number).machine!.registers).report('off');
  }

  events(number: number): readonly BoardEvent[] {
    return this.#member(number).events;
  }

  said(number: number, word: string, text: string | RegExp = ''): boolean {
    return this.events(number).some((one) => one.event === word && (typeof text === 'string' ? one.text.includes(text) : text.test(one.text)));
  }

  /** A program in one of the namespaces. */
  run(number: number, script: string, ...args: string[]): Child {
    const [, ...rest] = this.network.prefix(number);
    const child = new Child({ program: 'ip', args: [...rest, process.execPath, script, ...args] });
    this.#programs.push(child);
    return child;
  }

  /** Bytes of an image that lie in a controller's spool. */
  spooled(number: number, sha256: string): number {
    return statSync(join(spoolDirectory(this.places.state(number), 'bios'), `${sha256}.image`), { throwIfNoEntry: false })?.size ?? 0;
  }

  /** SHA-256 of what a hub holds. */
  hub(number: number): string {
    return createHash('sha256').update(readFileSync(this.places.hub(number)).subarray(0, LAB_IMAGE_SIZE)).digest('hex');
  }

  async until(isSo: () => boolean, what: string, limitMs = 60_000): Promise<void> {
    for (const untilMs = performance.now() + limitMs; !isSo();) {
      if (performance.now() > untilMs) throw new Error(`never came to be: ${what}\n${[...this.#members].map(([number, { events }]) => `${number}: ${events.slice(-12).map(({ text }) => text).join('\n   ')}`).join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends everything, and takes the namespaces away, whatever of it fails. */
  async remove(): Promise<void> {
    clearInterval(this.#pump);
    try {
      await Promise.all([...this.#members.values()].map(({ controller }) => controller.stop()));
      for (const { process: child, ended } of this.#programs) {
        child.kill('SIGKILL');
        await ended;
      }
      for (const [number, { machine }] of this.#members) {
        machine?.close();
        removeMachineDirectory(this.places.state(number));
      }
    } finally {
      this.network.remove();
      process.off('exit', this.#removeAtExit);
    }
  }

  #member(number: number): Member {
    const found = this.#members.get(number);
    if (found === undefined) throw new Error(`controller ${number} was never started`);
    return found;
  }

  #writeConfig(number: number, extra: string): string {
    const path = this.places.recovery(number);
    writeFileSync(path, `[recovery]
check-every = 1s
back-off = 200ms
back-off-limit = 1s
attempts = 2
candidates = 10
boot-time = 30s
[component bios]
[source rack]
kind = peers
interfaces = ${this.network.interfaceOf(number)}
port = ${PORT}
group-key = ../group.key
${extra}`);
    return path;
  }
}
