// Firmware images of earlier and later Debian releases: packages from the mirrors' suites by apt, unpacked into dist/ and kept
// there. Nothing is installed, and the machine's own package lists are not touched.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve('dist/debian-images');
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const SUITES: readonly (readonly [archive: string, suite: string])[] = [
  ['debian', 'bullseye'], ['debian-security', 'bullseye-security'], ['debian', 'bookworm'], ['debian-security', 'bookworm-security'],
  ['debian', 'bookworm-backports'], ['debian', 'trixie'],
];

const apt = (command: string, args: readonly string[], directory: string): void => {
  const options = {
    'Dir::Etc::sourcelist': join(ROOT, 'sources.list'), 'Dir::Etc::sourceparts': '-', 'Dir::State::lists': join(ROOT, 'lists'), 'Dir::Cache': join(ROOT, 'cache'),
    'APT::Sandbox::User': '', 'Acquire::Retries': '2',
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  execFileSync('apt-get', ['-qq', ...flags, command, ...args], { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'], timeout: 180_000 });
};

let isReady: boolean | undefined;

/** Reads the lists of the suites, once a run. */
function ready(): boolean {
  if (isReady !== undefined) return isReady;
  try {
    for (const name of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(ROOT, name), { recursive: true });
    writeFileSync(join(ROOT, 'sources.list'), SUITES.map(([archive, suite]) => `deb [signed-by=${KEYRING}] http://deb.debian.org/${archive} ${suite} main\n`).join(''));
    apt('update', [], ROOT);
    isReady = true;
  } catch {
    isReady = false;
  }
  return isReady;
}

/** A file of a package in this version; undefined when it can not be had here. */
export function debianImage(name: string, version: string, path: string): Uint8Array | undefined {
  const place = join(ROOT, `${name}_${version}`);
  if (!existsSync(place)) {
    if (!existsSync(KEYRING) || !ready()) return undefined;
    const making = `${place}.new`;
    try {
      rmSync(making, { recursive: true, force: true });
      mkdirSync(making);
      apt('download', [`${name}=${version}`], making);
      execFileSync('/bin/sh', ['-c', 'dpkg -x ./*.deb . && rm ./*.deb'], { cwd: making, stdio: 'ignore' });
      renameSync(making, place);
    } catch {
      return undefined;
    }
  }
  const file = join(place, path);
  return existsSync(file) ? new Uint8Array(readFileSync(file)) : undefined;
}
