// A machine with an image in each slot, and its flash as someone sees it who only looks.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newestRecord, readRecords, seeFlash, type SeenFlash } from '../../host/bmc/flash-report.ts';
import type { Image } from '../core/wire.ts';
import { Machine } from './machine.ts';
import { SMALL_BOARD, smallImage } from './small-board.ts';

export const oldBmc = smallImage('bmc', '1.0.0', 1);
export const newBmc = smallImage('bmc', '2.0.0', 2);
export const bios = smallImage('bios', '1.0.0', 3);

export class SeenMachine extends Machine {
  #sessions = 0;

  constructor() {
    super();
    for (const image of [oldBmc, newBmc, bios]) this.put(image);
  }

  /** Installs an image, and waits until its trial is over. */
  put(image: Image): void {
    const completion = this.install(image, ++this.#sessions);
    if (completion !== 'Ok') throw new Error(`${image.component} ${image.version} was answered ${completion}`);
    this.clock.now += 1000;
    this.run();
  }

  /** Time passes with every look at the clock: the controller does one action a step. */
  inSmallSteps(): void {
    this.clock.nowMs = () => this.clock.now += 10;
  }

  /** Sends an image for the bmc and asks for it to be stored, but lets nothing happen. */
  askToStore(): void {
    const image = smallImage('bmc', '3.0.0', 9);
    this.connect();
    const upgrade = this.ask(this.wire.startUpgrade(++this.#sessions)).fields['id'] ?? 0;
    const { transfer = 0 } = this.sendFile(upgrade, image).fields;
    this.host.send(this.wire.endFile(transfer, image.bytes.length));
    this.inSmallSteps();
  }

  /** The same, until the record says that it is being written. */
  beginToStore(): void {
    this.askToStore();
    for (let count = 0; newestRecord(readRecords(this.see()), 'bmc')?.record.slots[0]?.state !== 'writing'; count++) {
      if (count > 1000) throw new Error('the image is never written');
      this.controller.step();
    }
  }

  see(): SeenFlash {
    return seeFlash(this.state, SMALL_BOARD);
  }

  fileOf(chip: string): string {
    return join(this.state, 'flash', `${chip}.flash`);
  }

  flip(chip: string, offset: number, bit = 0): void {
    const bytes = readFileSync(this.fileOf(chip));
    bytes[offset] = (bytes[offset] ?? 0) ^ (1 << bit);
    writeFileSync(this.fileOf(chip), bytes);
  }
}
