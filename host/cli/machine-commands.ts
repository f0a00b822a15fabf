// The commands that are the emulated machine: its firmware, and its management controller.
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PublicKey } from '../trust/public-key.ts';
import { type Command, JSON_OPTION, MACHINE_OPTION, machineOf, numberOf, type OptionValues, textOf, textsOf, usage } from './command.ts';

/** The file of --enrol or --revoke, read and checked before anything is switched on. */
async function trustFiles(values: OptionValues, option: 'enrol' | 'revoke'): Promise<{ name: string; content: Uint8Array }[]> {
  const name = textOf(values, option);
  if (name === undefined) return [];
  let content: Uint8Array;
  try {
    content = readFileSync(name);
  } catch (error) {
    throw usage(`--${option}: expected a file, got ${name}, which can not be read: ${(error as Error).message}`, 'boot');
  }
  const { parsePublicKey } = await import('../trust/public-key.ts');
  if (option === 'enrol' || name.endsWith('.pub')) parsePublicKey(content, name);
  return [{ name, content }];
}

/** The POST code of --hang-at. */
async function postCodeOf(text: string | undefined): Promise<number | undefined> {
  if (text === undefined) return undefined;
  const { PostCode } = await import('../bus/post-code.ts');
  const { systemReset: _last, ...reached } = PostCode;
  const codes = Object.values(reached);
  const code = /^[0-9a-f]{1,2}h?$/i.test(text) ? Number.parseInt(text, 16) : undefined;
  if (code !== undefined && (codes as number[]).includes(code)) return code;
  throw usage(`--hang-at: expected a POST code that the firmware writes, in hexadecimal: ${codes.map((one) => one.toString(16).padStart(2, '0')).join(', ')}; got ${text}`, 'boot');
}

const boot: Command = {
  name: 'boot',
  summary: 'power on the emulated machine: firmware, shell, startup.nsh',
  text: [
    'The EFI-like firmware starts from the EFI system partition, and its shell runs startup.nsh from it. The partition is a',
    'directory, or the image of a disk in a file: GPT, MBR or no partition table, with FAT12, FAT16 or FAT32.',
    'When the shell ends, the firmware hands over to the operating system and this command ends.',
    'Its exit code is that of the last image that was run.',
  ],
  options: [
    { name: 'esp', value: 'DIR|IMAGE', text: 'the EFI system partition (default: esp)' },
    { name: 'nvram', value: 'FILE', text: 'where variables are kept (default: not kept)' },
    { name: 'enrol', value: 'KEY.pub', text: 'from now on start only images that this minisign key has signed, FILE.minisig beside FILE (kept with --nvram)' },
    { name: 'revoke', value: 'FILE', text: 'from now on start nothing that this key (KEY.pub) has signed, or not this image (kept with --nvram)' },
    { name: 'hang-at', value: 'CODE', text: 'the firmware hangs after this POST code, for example 61, as one with a fault does' },
    { name: 'delay', value: 'SECONDS', text: 'how long the shell waits for a key before startup.nsh (default: 5 on a terminal, else 0)' },
    MACHINE_OPTION,
  ],
  examples: [
    ['ferry boot --esp esp', 'with the machine in the directory machine'],
    ['ferry boot --esp disk.img', 'from the image of a disk'],
    ['ferry boot --esp /srv/esp --machine /srv/board1 --delay 0', 'unattended'],
  ],
  async run(values) {
    const esp = resolve(textOf(values, 'esp') ?? 'esp');
    const found = statSync(esp, { throwIfNoEntry: false });
    if (!found?.isDirectory() && !found?.isFile()) throw usage(`--esp: expected a directory or an image file, got ${esp}, which is neither`, 'boot');
    const trust = { enrol: await trustFiles(values, 'enrol'), revoke: await trustFiles(values, 'revoke') };
    const hangAt = await postCodeOf(textOf(values, 'hang-at'));
    const { bootMachine } = await import('../efi/boot.ts');
    const delay = numberOf(values, 'delay', 0, 3600);
    const outcome = await bootMachine({
      volumeDirectory: esp,
      stateDirectory: machineOf(values),
      nvramFile: textOf(values, 'nvram'),
      ...trust,
      startupDelay: delay,
      hangAt,
      // Who wants no wait for the shell wants none for the boot menu.
      bootTimeout: delay === 0 ? 0 : undefined,
    });
    return outcome.exitCode;
  },
};

/** The public keys in these files; a wrong one is an error before anything is started. */
async function keysOf(names: readonly string[]): Promise<PublicKey[]> {
  if (names.length === 0) return [];
  const { parsePublicKey } = await import('../trust/public-key.ts');
  return names.map((name) => {
    let content: Uint8Array;
    try {
      content = readFileSync(name);
    } catch (error) {
      throw usage(`--trust: expected a public key file, got ${name}, which can not be read: ${(error as Error).message}`, 'bmc');
    }
    return parsePublicKey(content, name);
  });
}

async function resetPassword(values: OptionValues): Promise<number> {
  const { FIRST_USER, resetAdministrator } = await import('../bmc/redfish/first-administrator.ts');
  const password = await resetAdministrator(textOf(values, 'state') ?? machineOf(values), { passwordFile: textOf(values, 'password-file') });
  process.stdout.write(password === undefined ? `${FIRST_USER} has the password of the file now\n` : `the password of ${FIRST_USER} is ${password}; it is shown this once\n`);
  return 0;
}

const bmc: Command = {
  name: 'bmc',
  summary: 'run the management controller',
  text: [
    'The receiving end, as a process of its own: its flash, staging and logs lie in the state directory. The host',
    'reaches it over the emulated PCI function only; with --listen, remote users reach it over HTTPS, with Redfish and a',
    'status page. SIGTERM and Ctrl-C end it cleanly; kill -9 loses nothing.',
  ],
  options: [
    { name: 'state', value: 'DIR', text: 'the state directory (default: $FERRY_MACHINE, or machine)' },
    { name: 'board', value: 'FILE', text: 'a description of the board in JSON (default: two 32 MiB slots for bmc, one of 16 MiB for bios)' },
    { name: 'trust', value: 'KEY.pub', repeatable: true, text: 'trust this minisign key from the first start on; can be given more than once' },
    { name: 'lab-mode', text: 'take images without a signature: for the lab; every screen says so' },
    { name: 'listen', value: 'HOST:PORT', text: 'serve Redfish and the status page over HTTPS there, for example 127.0.0.1:8443 (default: no network)' },
    { name: 'password-file', value: 'FILE', text: 'the password of the first account, admin (default: a random one is made and shown once)' },
    { name: 'recovery', value: 'FILE', text: 'watch components and bring them back by themselves, as this recovery.ini says (default: not)' },
    { name: 'reset-password', text: 'give admin a new password (made and shown once, or of --password-file), and end; the controller must not run' },
    { name: 'trial', value: 'SECONDS', text: 'how long a newly activated image runs on trial before it is committed (default: 10)' },
    { name: 'lease', value: 'MS', text: 'how long a silent session keeps the lock (default: 10000)' },
    JSON_OPTION,
  ],
  examples: [
    ['ferry bmc --state machine', 'until it is stopped'],
    ['ferry bmc --state machine --trust release.pub --listen 127.0.0.1:8443', 'and with the network side'],
    ['ferry bmc --state machine --json', 'with its events for a script'],
  ],
  async run(values) {
    if (values['reset-password'] === true) return resetPassword(values);
    const { runController } = await import('../bmc/run.ts');
    const trialSeconds = numberOf(values, 'trial', 0, 86_400);
    return runController({
      pin: await keysOf(textsOf(values, 'trust')),
      labMode: values['lab-mode'] === true,
      listen: textOf(values, 'listen'),
      passwordFile: textOf(values, 'password-file'),
      recovery: textOf(values, 'recovery'),
      trialMs: trialSeconds === undefined ? undefined : trialSeconds * 1000,
      stateDirectory: textOf(values, 'state') ?? machineOf(values),
      boardFile: textOf(values, 'board'),
      leaseMs: numberOf(values, 'lease', 100, 600_000),
      json: values['json'] === true,
    });
  },
};

const demo: Command = {
  name: 'demo',
  summary: 'the whole way on an emulated machine, with sample images',
  text: [
    'Makes a machine with older firmware, starts its management controller as a process of its own, boots the EFI-like',
    'firmware, whose startup.nsh carries out ferry.ini, and runs the same config again after the OS.',
  ],
  options: [{ name: 'keep', value: 'DIR', text: 'make everything in this empty directory and leave it there (default: a temporary one, removed)' }],
  examples: [['ferry demo', 'about twenty seconds'], ['ferry demo --keep demo', 'and look at demo/esp, demo/machine afterwards']],
  async run(values) {
    const { runDemo } = await import('./demo.ts');
    return runDemo(textOf(values, 'keep'));
  },
};

export const MACHINE_COMMANDS: readonly Command[] = [boot, bmc, demo];
