// Runs tools of others; skips where they are not installed, unless all peers are required.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';

export interface ToolRun {
  readonly code: number | null;
  /** Both streams. */
  readonly output: string;
  readonly stdout: string;
}

/** Runs a program to its end, which has to come within a minute. */
export function runTool(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = process.env, directory?: string): Promise<ToolRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: environment, cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
    let output = '';
    let stdout = '';
    child.stdout.on('data', (piece: Buffer) => { output += piece.toString(); stdout += piece.toString(); });
    child.stderr.on('data', (piece: Buffer) => { output += piece.toString(); });
    child.once('error', reject).once('close', (code) => resolve({ code, output, stdout }));
  });
}

/** A test that needs files of packages: `{ '/usr/bin/curl': 'curl' }`. */
export function peerTests(needs: Readonly<Record<string, string>>): (name: string, work: () => Promise<void>) => void {
  const missing = Object.entries(needs).filter(([path]) => !existsSync(path)).map(([, name]) => name);
  const required = process.env['FERRY_REQUIRE_PEERS'] === '1';
  return (name, work) => {
    test.skipIf(missing.length > 0 && !required)(missing.length > 0 ? `${name} (skipped: apt-get install ${missing.join(' ')})` : name, async () => {
      expect(missing, 'packages that are needed here').toEqual([]);
      await work();
    });
  };
}
