// Builds everything that ships into dist/: the wasm modules through asconfig.json, the host through esbuild.
import { execFile } from 'node:child_process';
import { chmod, mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const run = promisify(execFile);

const compile = (target, entry = target) =>
  run(process.execPath, ['node_modules/assemblyscript/bin/asc.js', `assembly/${entry}.ts`, '--target', target]);

await mkdir('dist', { recursive: true });
await Promise.all([
  compile('core'),
  compile('core-simd', 'core'),
  compile('ferry'),
  build({
    entryPoints: {
      ferry: 'host/cli/main.ts',
      'os-worker': 'host/os/worker.ts',
      'efi-worker': 'host/efi/worker.ts',
      'isl-worker': 'host/isl/worker.ts',
      'hash-worker': 'host/bmc/hash-worker.ts',
      bench: 'tests/bench/main.ts',
      simulate: 'tests/scale/main.ts',
    },
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    splitting: true,
    packages: 'external',
    banner: { js: '#!/usr/bin/env node' },
    legalComments: 'none',
    logLevel: 'warning',
  }),
  build({
    entryPoints: [
      { in: 'host/bmc/web/browser/main.ts', out: 'status-page' },
      { in: 'host/bmc/web/page.css', out: 'status-page' },
      { in: 'host/bmc/web/page.html', out: 'status-page' },
      { in: 'host/lab/browser/main.ts', out: 'lab-page' },
      { in: 'host/lab/browser/page.css', out: 'lab-page' },
      { in: 'host/lab/browser/page.html', out: 'lab-page' },
    ],
    outdir: 'dist',
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    loader: { '.html': 'copy' },
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  }),
]).catch((error) => {
  process.stderr.write(`${error.stdout ?? ''}${error.stderr ?? error.message ?? error}\n`);
  process.exit(1);
});
await chmod('dist/ferry.js', 0o755);
