// The commands that are the emulated machine: its firmware, and its management controller.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, JSON_OPTION, MACHINE_OPTION, machineOf, numberOf, textOf, usage } from './command.ts';

const boot: Command = {
  name: 'boot',
  summary: 'power on the emulated machine: firmware, shell, startup.nsh',
  text: [
    'The EFI-like firmware starts from the EFI system partition, a directory, and its shell runs startup.nsh from it.',
    'When the shell ends, the firmware hands over to the operating system and this command ends.',
    'Its exit code is that of the last image that was run.',
  ],
  options: [
    { name: 'esp', value: 'DIR', text: 'the EFI system partition (default: esp)' },
    { name: 'nvram', value: 'FILE', text: 'where variables are kept (default: not kept)' },
    { name: 'delay', value: 'SECONDS', text: 'how long the shell waits for a key before startup.nsh (default: 5 on a terminal, else 0)' },
    MACHINE_OPTION,
  ],
  examples: [
    ['ferry boot --esp esp', 'with the machine in the directory machine'],
    ['ferry boot --esp /srv/esp --machine /srv/board1 --delay 0', 'unattended'],
  ],
  async run(values) {
    const esp = resolve(textOf(values, 'esp') ?? 'esp');
    if (!statSync(esp, { throwIfNoEntry: false })?.isDirectory()) throw usage(`--esp: expected a directory, got ${esp}, which is none`, 'boot');
    const { bootMachine } = await import('../efi/boot.ts');
    const outcome = await bootMachine({
      volumeDirectory: esp,
      stateDirectory: machineOf(values),
      nvramFile: textOf(values, 'nvram'),
      startupDelay: numberOf(values, 'delay', 0, 3600),
    });
    return outcome.exitCode;
  },
};

const bmc: Command = {
  name: 'bmc',
  summary: 'run the management controller',
  text: [
    'The receiving end, as a process of its own: its flash, staging and logs lie in the state directory. The host',
    'reaches it over the emulated PCI function only. SIGTERM and Ctrl-C end it cleanly; kill -9 loses nothing.',
  ],
  options: [
    { name: 'state', value: 'DIR', text: 'the state directory (default: $FERRY_MACHINE, or machine)' },
    { name: 'board', value: 'FILE', text: 'a description of the board in JSON (default: two 32 MiB slots for bmc, one of 16 MiB for bios)' },
    { name: 'lease', value: 'MS', text: 'how long a silent session keeps the lock (default: 10000)' },
    JSON_OPTION,
  ],
  examples: [
    ['ferry bmc --state machine', 'until it is stopped'],
    ['ferry bmc --state machine --json', 'with its events for a script'],
  ],
  async run(values) {
    const { runController } = await import('../bmc/run.ts');
    return runController({
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
