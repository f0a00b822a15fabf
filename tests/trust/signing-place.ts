// `ferry` in a scratch directory that has an image, a key pair, and a signature by it.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { artifactPath } from '../../host/artifacts.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { ENCRYPTED } from './recorded.ts';

export const STATEMENT = ['--component', 'bmc', '--platform', 'ferry-q35', '--version', '2.4.1', '--security', '3'];

export interface Outcome {
  readonly code: number;
  readonly output: string;
}

export interface SigningPlace {
  readonly path: string;
  at(name: string): string;
  /** Runs `ferry` there. Its standard input is closed, so a prompt would end it. */
  ferry(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Outcome>;
  /** All that any command has printed there. */
  printed(): string;
  remove(): void;
}

/** An empty place. */
export function signingPlace(): SigningPlace {
  const directory = scratchDirectory();
  let printed = '';
  return {
    path: directory.path,
    at: (name) => join(directory.path, name),
    ferry: (args, environment = {}) => new Promise((done) => {
      const child = execFile(process.execPath, [artifactPath('ferry.js'), ...args], {
        cwd: directory.path, env: { ...process.env, ...environment },
      }, (error, out, err) => {
        printed += out + err;
        done({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, output: out + err });
      });
      child.stdin?.end();
    }),
    printed: () => printed,
    remove: () => directory.remove(),
  };
}

/** Puts bmc.bin there, signed with release.key, and minisign's recorded key with its password. */
export async function fillPlace({ at, ferry }: SigningPlace): Promise<void> {
  writeFileSync(at('bmc.bin'), Buffer.alloc(70_000, 'firmware '));
  writeFileSync(at('recorded.key'), ENCRYPTED.secretKey, { mode: 0o600 });
  writeFileSync(at('recorded.pub'), ENCRYPTED.publicKey);
  writeFileSync(at('password'), `${ENCRYPTED.password}\n`);
  const made = await ferry(['keygen', '--key', 'release.key', '--no-password']);
  expect(made.code, made.output).toBe(0);
  const signed = await ferry(['sign', '--key', 'release.key', ...STATEMENT, 'bmc.bin']);
  expect(signed.code, signed.output).toBe(0);
}
