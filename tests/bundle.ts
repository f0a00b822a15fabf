// Makes scripts that other processes can run out of TypeScript: Node 20 runs no TypeScript by itself.
import { buildSync } from 'esbuild';
import { fileURLToPath } from 'node:url';

/** Bundles entries (paths from the root of the repository, by output name) into `into` as `NAME.mjs`. */
export function bundle(entries: Record<string, string>, into: string): void {
  buildSync({
    entryPoints: entries,
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
    outdir: into,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    logLevel: 'error',
  });
}
