// The commands that are ferry.wasm's own: the program carries them out, this gives it its environment after the OS.
import { statSync } from 'node:fs';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { type Command, type CommandOption, JSON_OPTION, MACHINE_OPTION, machineOf, type OptionValues, textOf, usage } from './command.ts';

const CONFIG_OPTION: CommandOption = { name: 'config', short: 'c', value: 'FILE', text: 'the config file' };
const VOLUME_OPTION: CommandOption = {
  name: 'volume', value: 'DIR', text: 'the root of the volume that the config lies on, as /boot/efi (default: the config\'s directory)',
};
const LOG_OPTION: CommandOption = { name: 'log', value: 'FILE', text: 'append every line with its time to this file' };
const EFIVARS_OPTION: CommandOption = {
  name: 'efivars', value: 'DIR', text: 'where the kernel shows the firmware\'s variables (default: /sys/firmware/efi/efivars)',
};
const NVRAM_OPTION: CommandOption = { name: 'nvram', value: 'FILE', text: 'the firmware\'s variables, as `ferry boot --nvram FILE` keeps them' };

/** Where the program finds its config: a volume, and a path on it. */
function configOnVolume(command: string, values: OptionValues): { volume: string; path: string } {
  const config = textOf(values, 'config');
  if (config === undefined) throw usage(`ferry ${command}: expected -c FILE, got none`, command);
  const volume = textOf(values, 'volume');
  if (volume === undefined) return { volume: dirname(resolve(config)), path: basename(config) };
  const path = relative(resolve(volume), resolve(config));
  if (path.startsWith('..') || resolve(path) === path) {
    throw usage(`ferry ${command}: expected a config on the volume ${volume}, got ${config}`, command);
  }
  return { volume: resolve(volume), path: path.split(sep).join('/') };
}

/** Says that the OS runs already, and what the firmware kept of the run before it. */
async function afterOs(name: string, values: OptionValues): Promise<string> {
  if (name !== 'run') return '--after-os';
  const { firmwareResult } = await import('../os/firmware-result.ts');
  const kept = firmwareResult({ efivars: textOf(values, 'efivars'), nvramFile: textOf(values, 'nvram') });
  return kept === undefined ? '--after-os' : `--after-os=${kept}`;
}

async function runProgram(name: string, values: OptionValues, usesConfig: boolean): Promise<number> {
  const { volume, path } = usesConfig ? configOnVolume(name, values) : { volume: process.cwd(), path: '' };
  const { runPostOs } = await import('../os/run.ts');
  const args = ['ferry', name, ...(usesConfig ? ['-c', path, await afterOs(name, values)] : []), ...(values['json'] === true ? ['--json'] : [])];
  return runPostOs({
    args, volumeRoot: volume, stateDirectory: machineOf(values), logPath: textOf(values, 'log'), sharesMachine: name === 'status' || name === 'check', asksDevice: name === 'status',
  });
}

const withConfig = (name: string, summary: string, text: readonly string[], examples: Command['examples'], extra: readonly CommandOption[] = []): Command => ({
  name, summary, text, examples,
  options: [CONFIG_OPTION, MACHINE_OPTION, VOLUME_OPTION, ...extra, JSON_OPTION],
  run: (values) => runProgram(name, values, true),
});

const withoutConfig = (name: string, summary: string, text: readonly string[], examples: Command['examples']): Command => ({
  name, summary, text, examples,
  options: [MACHINE_OPTION, JSON_OPTION],
  run: (values) => runProgram(name, values, false),
});

const serve: Command = {
  name: 'serve',
  summary: 'let the management controller read images from a directory of this host',
  text: [
    'For controllers that recover firmware from the host\'s storage, [source NAME] with kind = host in their recovery.ini.',
    'They read files of this directory over the bus, each beside its signature, and nothing else of this host. Runs until it',
    'is stopped; `ferry run` and `ferry inventory` have to wait meanwhile.',
  ],
  options: [{ name: 'images', value: 'DIR', text: 'the directory, for example /boot/efi/firmware' }, MACHINE_OPTION, LOG_OPTION, JSON_OPTION],
  examples: [['ferry serve --images /boot/efi/firmware', 'until Ctrl-C']],
  async run(values) {
    const images = textOf(values, 'images');
    if (images === undefined || statSync(images, { throwIfNoEntry: false })?.isDirectory() !== true) throw usage(`ferry serve: expected --images and a directory, got ${images ?? 'none'}`, 'serve');
    const { runPostOs } = await import('../os/run.ts');
    return runPostOs({ args: ['ferry', 'serve', ...(values['json'] === true ? ['--json'] : [])], volumeRoot: resolve(images), stateDirectory: machineOf(values), logPath: textOf(values, 'log') });
  },
};

export const PROGRAM_COMMANDS: readonly Command[] = [
  withConfig('run', 'carry out a config file after the OS is up', [
    'Sends the images that the config names to the management controller, in its order, without a question.',
    'Tells what a run before the OS left behind, in its report and in the firmware\'s variable FerryResult, and goes on from there.',
    'Ctrl-C stops cleanly at a chunk (exit code 4); the same command goes on from there.',
  ], [
    ['ferry run -c ferry.ini', 'the images of ferry.ini'],
    ['ferry run -c /boot/efi/ferry.ini --volume /boot/efi --log /var/log/ferry.log', 'the same config as before the OS'],
  ], [LOG_OPTION, EFIVARS_OPTION, NVRAM_OPTION]),
  withConfig('plan', 'show what run would send, and why', [
    'Reads the config and its images, asks the device for its inventory, and changes nothing.',
    'Exit code 0 when something would be sent, 2 when nothing would.',
  ], [['ferry plan -c ferry.ini', 'a line an image'], ['ferry plan -c ferry.ini --json', 'for a script']]),
  withConfig('check', 'check a config file, its images and their signatures; the device is not touched', [
    'Reads the config, every image and every signature file: sizes, digests, names, and that a signature goes with its image.',
    'Who has signed is the device\'s to judge. Exit code 64 when something is wrong.',
  ], [['ferry check -c ferry.ini', 'before it goes to a thousand machines']]),
  withoutConfig('inventory', 'the components of the device, their slots and versions', [
    'Asks the management controller over the bus.',
  ], [['ferry inventory', 'for people'], ['ferry inventory --json', 'one event a slot']]),
  withoutConfig('status', 'what the device is doing right now', [
    'Read from the device\'s registers: an upgrade that is under way is not disturbed.',
  ], [['ferry status', 'phase, bytes, and whether it is safe to remove power']]),
  serve,
];
