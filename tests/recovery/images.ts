// Images of a small board, signed with the tests' key.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestImage } from '../../host/trust/image-digest.ts';
import type { SigningKey } from '../../host/trust/secret-key.ts';
import { signImage } from '../../host/trust/sign.ts';
import { imageOf, type Image } from '../core/wire.ts';
import { seeded } from '../random.ts';
import { key } from '../trust/signed-image.ts';

export const PLATFORM = 'small-board';
export const SIZE = 250_000;

export interface Signed extends Image {
  readonly signature: Buffer;
  readonly sha256: string;
}

export function signedImage(version: string, seed: number, { component = 'bios', security = 3, by = key, platform = PLATFORM, size = SIZE }: { component?: string; security?: number; by?: SigningKey; platform?: string; size?: number } = {}): Signed {
  const random = seeded(seed);
  const bytes = Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)));
  const digest = digestImage(bytes, `${component}.bin`);
  const { file } = signImage(digest, { component, platform, version, security }, by, `${component}.bin.minisig`);
  return { ...imageOf(component, version, bytes), signature: Buffer.from(file), sha256: digest.sha256 };
}

/** Puts an image and its signature into a directory. */
export function place(directory: string, name: string, image: Signed, bytes: Uint8Array = image.bytes): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, name), bytes);
  writeFileSync(join(directory, `${name}.minisig`), image.signature);
}
