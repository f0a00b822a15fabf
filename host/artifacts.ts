// Where the built files lie: beside the bundle that runs, or in dist/ when TypeScript sources run (in tests).
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FerryError } from './error.ts';

export type ArtifactName = 'core.wasm' | 'core-simd.wasm' | 'ferry.wasm' | 'ferry.js' | 'os-worker.js' | 'efi-worker.js' | 'isl-worker.js' | 'hash-worker.js'
  | 'status-page.html' | 'status-page.css' | 'status-page.js' | 'lab-page.html' | 'lab-page.css' | 'lab-page.js';

/** The path of a built file. `program-missing` when it has not been built. */
export function artifactPath(name: ArtifactName): string {
  const directory = import.meta.url.endsWith('.ts') ? '../dist/' : './';
  const path = fileURLToPath(new URL(directory + name, import.meta.url));
  if (existsSync(path)) return path;
  throw new FerryError('program-missing', `${path}: expected a built file, found none; nothing was started`, {
    hint: 'run `npm run build`',
  });
}

/** The bytes of a built file. */
export function readArtifact(name: ArtifactName): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(artifactPath(name)));
}

/** The path of a file in configs/, which is shipped as it is. */
export function configPath(name: string): string {
  return fileURLToPath(new URL(`../configs/${name}`, import.meta.url));
}
