// STATE/floors: the security number that each component has reached, beside the slot records. A chip of records that is
// lost or damaged does not let old images back in. It only rises.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FerryError } from '../error.ts';
import { replaceFile, systemStoreFiles } from './replaced-file.ts';

const HIGHEST = 0xffff_fffe;
const LINE = /^([a-z0-9-]{1,15}) (\d{1,10})$/;

export class SecurityFloors {
  readonly #path: string;
  readonly #floors: Map<string, number>;

  /** `state-failed` when it is there and can not be read: nobody goes on without it. */
  constructor(stateDirectory: string) {
    this.#path = join(stateDirectory, 'floors');
    this.#floors = load(this.#path);
  }

  /** 0 for a component that has reached none. */
  of(component: string): number {
    return this.#floors.get(component) ?? 0;
  }

  /** Keeps a number that is higher than the one before, safe from a power failure. */
  raise(component: string, floor: number): void {
    if (floor <= this.of(component)) return;
    this.#floors.set(component, floor);
    const text = [...this.#floors].sort().map(([name, number]) => `${name} ${number}\n`).join('');
    replaceFile(systemStoreFiles, this.#path, Buffer.from(text));
  }
}

function load(path: string): Map<string, number> {
  let text = '';
  try {
    text = readFileSync(path, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw failed(path, (error as Error).message);
  }
  return new Map(text.split('\n').filter((line) => line !== '').map((line) => {
    const [, component = '', number = ''] = LINE.exec(line) ?? [];
    if (component === '' || Number(number) > HIGHEST) throw failed(path, `expected "COMPONENT NUMBER", got ${JSON.stringify(line.slice(0, 40))}`);
    return [component, Number(number)];
  }));
}

function failed(path: string, reason: string): FerryError {
  return new FerryError('state-failed', `${path}: the security numbers can not be read: ${reason}; nothing was started`, {
    hint: 'bring the file back from a copy; it says below which security number no image is taken',
  });
}
