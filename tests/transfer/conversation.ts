// A device in memory, spoken to message by message over a link without faults.
import { createHash } from 'node:crypto';
import { FaultyLink } from '../../host/bus/faulty-link.ts';
import type { RequestName } from '../../host/core/exchange.ts';
import type { AllowName } from '../../host/core/wire-names.ts';
import { Wire, type Message, type MessageName, type Messages } from '../../host/core/wire.ts';
import { seeded } from '../random.ts';
import { MemoryDevice, type MemoryDeviceOptions } from '../simulation/memory-device.ts';

export interface TestImage {
  readonly component: string;
  readonly version: string;
  readonly bytes: Uint8Array;
  readonly digest: Uint8Array;
}

export function testImage(component: string, version: string, size: number): TestImage {
  const random = seeded(size * 31 + version.length + version.charCodeAt(0) + component.length);
  const bytes = new Uint8Array(size).map(() => random() * 256);
  return { component, version, bytes, digest: new Uint8Array(createHash('sha256').update(bytes).digest()) };
}

type ResponseTo<Name extends RequestName> = Name extends `${infer Word}-request` ? Messages[Extract<MessageName, `${Word}-response`>] : never;

export const wire = new Wire();
export const LEASE_MS = 10_000;
const SLOT = 65_536;

/** The session that speaks unless a test says another. */
export const SESSION = 0x5e55;

export class Conversation {
  readonly device: MemoryDevice;
  readonly link: FaultyLink;
  nowMs = 0;
  /** Of the upgrade and the transfer opened last. */
  upgrade = 0;
  transfer = 0;
  #id = 0;

  /** A board with `bmc` (two slots) and `bios` (written in place), both with an image of version 1.0. */
  constructor(options: Partial<MemoryDeviceOptions> = {}) {
    const random = seeded(7);
    const components = [{ name: 'bmc', slotCount: 2, slotSize: SLOT }, { name: 'bios', slotCount: 1, slotSize: SLOT }];
    this.device = new MemoryDevice({ components, chunkSize: 512, window: 4, leaseMs: LEASE_MS, random, ...options });
    for (const { component, bytes, version, digest } of [testImage('bmc', '1.0', 3000), testImage('bios', '1.0', 3000)]) {
      this.device.provision(component, bytes, version, digest);
    }
    const quality = { latencyMs: 0 };
    this.link = new FaultyLink({ toDevice: quality, toHost: quality, random });
    this.restart();
  }

  /** Power lost and back: staging, flash and records stay. */
  restart(): void {
    this.device.start(this.nowMs);
    this.link.clear();
    this.settle();
  }

  /** Lets the device work until it has nothing to do. */
  settle(): void {
    for (let steps = 0; ; steps++) {
      if (steps > 10_000) throw new Error('the device does not come to rest');
      this.device.step(this.nowMs, this.link);
      if (this.device.busyUntilMs <= this.nowMs) return;
      this.nowMs = this.device.busyUntilMs;
    }
  }

  /** Lets it do one thing. */
  stepOnce(): void {
    this.nowMs = Math.max(this.nowMs, this.device.busyUntilMs);
    this.device.step(this.nowMs, this.link);
  }

  send(bytes: Uint8Array): void {
    this.link.send('to-device', bytes, this.nowMs);
  }

  /** The bytes that the device has sent since it was asked last. */
  sentBytes(): Uint8Array[] {
    const all: Uint8Array[] = [];
    for (let bytes = this.link.receive('to-host', this.nowMs); bytes !== undefined; bytes = this.link.receive('to-host', this.nowMs)) all.push(bytes);
    return all;
  }

  /** The same as messages. */
  responses(): Message[] {
    return this.sentBytes().map((bytes) => {
      const { status, message } = wire.decode(bytes);
      if (message === undefined) throw new Error(`the device sent what is no message: ${status}`);
      return message;
    });
  }

  /** Sends a request, lets the device work, and answers the fields of the one response. */
  ask<Name extends RequestName>(name: Name, fields: Messages[Name]): ResponseTo<Name> {
    const id = ++this.#id;
    this.send(wire.encode(name, id, fields));
    this.settle();
    const [response, ...more] = this.responses().filter((message) => message.id === id);
    if (response === undefined || more.length > 0) throw new Error(`${name} was answered ${more.length + (response ? 1 : 0)} times`);
    if (response.name !== name.replace('request', 'response')) throw new Error(`${name} was answered by ${response.name}`);
    return response.fields as ResponseTo<Name>;
  }

  startUpgrade(session = SESSION): ResponseTo<'start-upgrade-request'> {
    const answer = this.ask('start-upgrade-request', { session, imageCount: 2, activate: 'Now', origin: 'BeforeOs', total: 0 });
    if (answer.completion === 'Ok') this.upgrade = answer.upgrade;
    return answer;
  }

  startFile(image: TestImage, allow: AllowName = 'Upgrade', size = image.bytes.length): ResponseTo<'start-file-request'> {
    const { component, version, digest } = image;
    const answer = this.ask('start-file-request', { upgrade: this.upgrade, index: 0, allow, size, component, version, digest });
    if (answer.completion === 'Ok') this.transfer = answer.transfer;
    return answer;
  }

  /** Sends the chunk at an offset. */
  data({ bytes }: TestImage, offset: number, size = 512): ResponseTo<'transmit-data-request'> {
    return this.ask('transmit-data-request', { transfer: this.transfer, offset, bytes: bytes.subarray(offset, offset + size) });
  }

  dataAll(image: TestImage): void {
    for (let offset = 0; offset < image.bytes.length; offset += 512) this.data(image, offset);
  }

  /** Asks for the file to be stored, as often as it takes. */
  endFile({ bytes }: TestImage): ResponseTo<'end-file-request'> {
    for (let asked = 0; ; asked++) {
      const answer = this.ask('end-file-request', { transfer: this.transfer, size: bytes.length, waitMs: 1000 });
      if (answer.completion !== 'InProgress') return answer;
      if (asked > 100) throw new Error('an image is being stored for ever');
    }
  }

  endUpgrade(activate: Messages['end-upgrade-request']['activate'] = 'Now'): ResponseTo<'end-upgrade-request'> {
    return this.ask('end-upgrade-request', { upgrade: this.upgrade, activate });
  }

  /** A whole upgrade of one image. */
  push(image: TestImage, activate: Messages['end-upgrade-request']['activate'] = 'Now', allow: AllowName = 'Upgrade'): ResponseTo<'end-upgrade-request'> {
    this.startUpgrade();
    this.startFile(image, allow);
    this.dataAll(image);
    const stored = this.endFile(image);
    if (stored.completion !== 'Ok') throw new Error(`storing failed: ${stored.completion}`);
    return this.endUpgrade(activate);
  }

  running(component: string): string | undefined {
    const found = this.device.receiver.components(0).find(({ name }) => name === component);
    return found?.running === undefined ? undefined : found.slots[found.running]?.version;
  }

  pending(component: string): string | undefined {
    const found = this.device.receiver.components(0).find(({ name }) => name === component);
    return found?.pending === undefined ? undefined : found.slots[found.pending]?.version;
  }
}
