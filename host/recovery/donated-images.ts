// What a controller has to give to others: what it runs, and what it has fetched for itself, each verified by itself since
// it was started. While something of its own is being recovered, it gives only what it has in its spool.
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { RecoverableManagement } from '../bmc/management.ts';
import type { PublicKey } from '../trust/public-key.ts';
import { runningOf } from './needs.ts';
import type { DonorImage } from './peers/donor-images.ts';
import { type ImageBytes, proveDonorImage } from './peers/proved-image.ts';
import type { RecoveryPhase, RecoveryState } from './recovery-state.ts';

/** The image in flash is what it should be, by the last look at it. */
export const WHOLE: readonly RecoveryPhase[] = ['healthy', 'waiting', 'releasing', 'confirming'];

export interface DonatedImagesOptions {
  readonly management: RecoverableManagement;
  readonly keys: () => readonly PublicKey[];
  /** How far the watched components are. */
  readonly states: () => readonly RecoveryState[];
  say(event: string, text: string): void;
}

interface SpooledImage {
  readonly path: string;
  readonly image: DonorImage;
}

export class DonatedImages {
  readonly #options: DonatedImagesOptions;
  /** By component. */
  readonly #running = new Map<string, DonorImage>();
  readonly #spooled = new Map<string, SpooledImage>();
  /** Images that were looked at and are none to give, so that it is said once. */
  readonly #refused = new Set<string>();

  constructor(options: DonatedImagesOptions) {
    this.#options = options;
  }

  /** What may be offered now. */
  get images(): readonly DonorImage[] {
    this.#forgetRemoved();
    const states = this.#options.states();
    const isWell = states.every(({ phase }) => WHOLE.includes(phase));
    const spooled = [...this.#spooled.values()].map(({ image }) => image);
    if (!isWell) return spooled;
    const running = [...this.#running].filter(([component, { statement }]) => runningOf(this.#component(component))?.sha256 === statement.sha256).map(([, image]) => image);
    return [...spooled, ...running];
  }

  /** What the component runs, after a look that has found it whole. */
  async addRunning(component: string, signal: AbortSignal): Promise<void> {
    const { management, keys } = this.#options;
    const sha256 = runningOf(this.#component(component))?.sha256;
    if (sha256 === undefined || this.#running.get(component)?.statement.sha256 === sha256 || this.#refused.has(sha256)) return;
    const signature = management.signatureOf(sha256);
    if (signature === undefined) return this.#refuse(sha256, `what ${component} runs is not offered: its signature was not kept`);
    const bytes = { name: `${component} ${sha256.slice(0, 16)}...`, read: (offset: number, into: Uint8Array) => management.readRunning(component, sha256, offset, into) };
    const image = await this.#prove(sha256, bytes, signature, keys(), signal);
    if (image !== undefined) this.#running.set(component, image);
  }

  /** A whole image in a spool, with its signature beside it. */
  async addSpooled(directory: string, sha256: string, signal: AbortSignal): Promise<void> {
    const path = join(directory, `${sha256}.image`);
    if (this.#spooled.has(sha256) || !existsSync(`${path}.minisig`)) return;
    let files: { readonly bytes: ImageBytes; readonly signature: Uint8Array };
    try {
      files = { signature: readFileSync(`${path}.minisig`), bytes: fileBytes(path, `${sha256.slice(0, 16)}..., as it was fetched`) };
    } catch {
      // Made room for another one meanwhile.
      return;
    }
    const image = await this.#prove(sha256, files.bytes, files.signature, this.#options.keys(), signal);
    // Another look may have been faster; or it was the last one.
    if (image !== undefined && (signal.aborted || this.#spooled.has(sha256))) image.close();
    else if (image !== undefined) this.#spooled.set(sha256, { path, image });
  }

  close(): void {
    for (const image of [...this.#running.values(), ...[...this.#spooled.values()].map((one) => one.image)]) image.close();
    this.#running.clear();
    this.#spooled.clear();
  }

  async #prove(sha256: string, bytes: ImageBytes, signature: Uint8Array, keys: readonly PublicKey[], signal: AbortSignal): Promise<DonorImage | undefined> {
    try {
      const image = await proveDonorImage(bytes, signature, keys, signal);
      if (image.statement.sha256 !== sha256) throw new Error(`${bytes.name}: expected a signature of this image, got one of ${image.statement.sha256}`);
      return image;
    } catch (error) {
      bytes.close?.();
      if (!signal.aborted) this.#refuse(sha256, `not offered to others: ${(error as Error).message}`);
      return undefined;
    }
  }

  #refuse(sha256: string, text: string): void {
    this.#refused.add(sha256);
    this.#options.say('donor-image-refused', text);
  }

  #component(name: string) {
    const found = this.#options.management.snapshot().components.find((one) => one.name === name);
    if (found === undefined) throw new Error(`this board has no component "${name}"`);
    return found;
  }

  #forgetRemoved(): void {
    for (const [sha256, { path, image }] of this.#spooled) {
      if (existsSync(path)) continue;
      this.#spooled.delete(sha256);
      image.close();
    }
  }
}

function fileBytes(path: string, name: string): ImageBytes {
  const file = openSync(path, 'r');
  return {
    name,
    read(offset, into) {
      const count = readSync(file, into, 0, into.length, offset);
      if (count < into.length) throw new Error(`${path}: expected ${into.length} bytes at ${offset}, got ${count}`);
    },
    close: () => closeSync(file),
  };
}
