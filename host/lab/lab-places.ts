// Where a lab keeps its things.
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { usage } from '../cli/command.ts';

export class LabPlaces {
  readonly root: string;

  constructor(directory: string) {
    this.root = resolve(directory);
  }

  get record(): string { return join(this.root, 'lab.json'); }
  get order(): string { return join(this.root, 'order'); }
  get board(): string { return join(this.root, 'board.json'); }
  get publicKey(): string { return join(this.root, 'vendor.pub'); }
  get secretKey(): string { return join(this.root, 'vendor.key'); }
  get groupKey(): string { return join(this.root, 'group.key'); }
  /** What the console donates, and what the machines have from the factory. */
  get images(): string { return join(this.root, 'images'); }
  /** The machine of which the others are copies. */
  get factory(): string { return join(this.root, 'factory'); }

  /** The state directory of a controller, counted from 1. */
  state(number: number): string { return join(this.root, `bmc-${number}`, 'state'); }
  recovery(number: number): string { return join(this.root, `bmc-${number}`, 'recovery.ini'); }
  hub(number: number): string { return join(this.state(number), 'flash', 'bios-0.flash'); }

  /** How many machines have been made here. */
  get count(): number {
    let count = 0;
    while (existsSync(this.state(count + 1))) count += 1;
    return count;
  }

  /** Refuses a directory with something else in it. */
  expectOwn(): void {
    if (!existsSync(this.root) || existsSync(this.board) || readdirSync(this.root).length === 0) return;
    throw usage(`--state: expected an empty directory or one of a lab, ${this.root} is neither`, 'lab');
  }
}
