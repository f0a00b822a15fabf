// The second pre-OS loader, and the tool for its volumes.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { FerryError } from '../error.ts';
import { LifError } from '../lif/lif-error.ts';
import { type Command, MACHINE_OPTION, machineOf, numberOf, type OptionValues, textOf, usage } from './command.ts';

const isl: Command = {
  name: 'isl',
  summary: 'power on the emulated machine with an Initial System Loader and a LIF volume',
  text: [
    'The loader executes the lines of the file AUTO, then hands over to the operating system, and this command ends. A key',
    'during the countdown gives the ISL> prompt, and so does a volume without AUTO. The exit code is that of the last',
    'utility that was run.',
  ],
  options: [
    { name: 'volume', value: 'IMAGE', text: 'the file that holds the LIF volume, as `ferry lif make` makes it' },
    { name: 'delay', value: 'SECONDS', text: 'how long the loader waits for a key before AUTO (default: 5 on a terminal, else 0)' },
    { name: 'no-auto', text: 'do not execute AUTO: commands come from the terminal or the pipe' },
    MACHINE_OPTION,
  ],
  examples: [
    ['ferry isl --volume boot.lif', 'AUTO, unattended'],
    ["printf 'ls\\nferry plan -c ferry.ini\\n' | ferry isl --volume boot.lif --no-auto", 'two commands from a pipe'],
  ],
  async run(values) {
    const volume = textOf(values, 'volume');
    if (volume === undefined) throw usage('ferry isl: expected --volume IMAGE, got none', 'isl');
    if (!statSync(volume, { throwIfNoEntry: false })?.isFile()) throw usage(`--volume: expected a file with a LIF volume, got ${resolve(volume)}, which is none`, 'isl');
    const { runLoader } = await import('../isl/run.ts');
    return runLoader({
      imageFile: resolve(volume), stateDirectory: machineOf(values), autoboot: values['no-auto'] !== true,
      autoDelay: numberOf(values, 'delay', 0, 3600),
    });
  },
};

const lif: Command = {
  name: 'lif',
  summary: 'make and list LIF volumes, copy files in and out',
  text: [
    '  make IMAGE                    a new volume in a new file',
    '  ls IMAGE                      its files; -l with types, places and times, as lifls -l',
    '  cp FILE... IMAGE:[NAME]       files of the host to the volume; what was there is replaced',
    '  cp IMAGE:NAME... FILE         files of the volume to a file or a directory of the host',
    '  rm IMAGE:NAME...              files of the volume are removed',
    '',
    'Names on a volume have 1 to 10 of A-Z, 0-9 and _, a letter first. Lower case becomes upper case, "." and "-" become "_";',
    'longer names are refused. FILE may be - for standard input or output.',
  ],
  operands: 'make|ls|cp|rm ...',
  options: [
    { name: 'size', value: 'SIZE', text: 'make: bytes of the volume, or with K, M or G (default: 64M)' },
    { name: 'files', value: 'COUNT', text: 'make: how many files the directory has room for (default: 64)' },
    { name: 'label', value: 'NAME', text: 'make: the volume\'s label, at most 6 characters (default: FERRY)' },
    { name: 'long', short: 'l', text: 'ls: everything that the directory says' },
    { name: 'type', short: 'T', value: 'TYPE', text: 'cp: ascii, bin, auto or a number (default: auto for AUTO, else bin)' },
  ],
  examples: [
    ['ferry lif make boot.lif --size 64M', 'an empty volume'],
    ['ferry lif cp dist/ferry.wasm boot.lif:FERRY', 'the updater program, run as FERRY at the ISL> prompt'],
    ["echo 'ferry -c ferry.ini' | ferry lif cp - boot.lif:AUTO", 'what the loader executes unattended'],
    ['ferry lif ls -l boot.lif', ''],
  ],
  async run(values, [action, ...operands]) {
    const carryOut = ACTIONS[action ?? ''];
    if (!carryOut) throw usage(`ferry lif: expected ${Object.keys(ACTIONS).join(', ')}, got ${action === undefined ? 'nothing' : JSON.stringify(action)}`, 'lif');
    try {
      await carryOut(values, operands);
    } catch (error) {
      if (!(error instanceof LifError)) throw error;
      const isWrongName = error.code === 'bad-name' || error.code === 'long-name';
      throw new FerryError('volume-invalid', `ferry lif ${action}: ${error.message}`, {
        hint: isWrongName ? 'give the file another name: IMAGE:NAME' : '`ferry lif ls -l IMAGE` shows what is on a volume', exitCode: isWrongName ? 64 : 1, cause: error,
      });
    }
    return 0;
  },
};

type Action = (values: OptionValues, operands: readonly string[]) => Promise<void>;

const ACTIONS: Readonly<Record<string, Action>> = {
  async make(values, operands) {
    const image = onlyOne('make', operands);
    const { makeVolumeFile } = await import('../lif/make.ts');
    makeVolumeFile(image, { size: sizeOf(values), files: numberOf(values, 'files', 1, 32768) ?? 64, label: textOf(values, 'label') ?? 'FERRY', now: Date.now() });
  },
  async ls(values, operands) {
    const { listVolume } = await import('../lif/tool.ts');
    process.stdout.write(listVolume(onlyOne('ls', operands), values['long'] === true));
  },
  async cp(values, operands) {
    const { copyIn, copyOut, placeOf } = await import('../lif/tool.ts');
    const sources = operands.slice(0, -1);
    const target = operands.at(-1);
    if (target === undefined || sources.length === 0) throw usage('ferry lif cp: expected what to copy, and where to', 'lif');
    const place = placeOf(target);
    const from = sources.map((source) => placeOf(source));
    if (place && from.every((one) => one === undefined)) {
      if (sources.length > 1 && place.name !== '') throw usage(`ferry lif cp: expected one file for the name ${place.name}, got ${sources.length}`, 'lif');
      const type = await typeOf(values);
      for (const source of sources) copyIn(source, place.image, place.name, type);
      return;
    }
    if (place || !from.every((one) => one !== undefined)) throw usage('ferry lif cp: expected IMAGE:NAME on one side and files on the other', 'lif');
    for (const { image, name } of from) copyOut(image, name, target);
  },
  async rm(_values, operands) {
    const { placeOf, removeFile } = await import('../lif/tool.ts');
    if (operands.length === 0) throw usage('ferry lif rm: expected IMAGE:NAME, got nothing', 'lif');
    for (const operand of operands) {
      const place = placeOf(operand);
      if (!place || place.name === '') throw usage(`ferry lif rm: expected IMAGE:NAME, got ${JSON.stringify(operand)}`, 'lif');
      removeFile(place.image, place.name);
    }
  },
};

function onlyOne(action: string, [image, ...more]: readonly string[]): string {
  if (image === undefined || more.length > 0) throw usage(`ferry lif ${action}: expected one IMAGE, got ${image === undefined ? 'none' : more.length + 1}`, 'lif');
  return image;
}

/** At least a directory and a sector of data; at most what a 32-bit sector count of a file makes sense for. */
function sizeOf(values: OptionValues): number {
  const text = textOf(values, 'size') ?? '64M';
  const [, digits, unit] = /^(\d{1,9})([KMG]?)$/i.exec(text) ?? [];
  const size = Number(digits) * { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }[(unit ?? '').toUpperCase() as '' | 'K' | 'M' | 'G'];
  if (size >= 1024 && size <= 1024 ** 4) return size;
  throw usage(`--size: expected bytes from 1K to 1024G, got ${JSON.stringify(text)}`, 'lif');
}

async function typeOf(values: OptionValues): Promise<number | undefined> {
  const text = textOf(values, 'type');
  if (text === undefined) return undefined;
  const { parseType } = await import('../lif/file-type.ts');
  const type = parseType(text);
  if (type === undefined) throw usage(`--type: expected ascii, bin, auto or a number from -32768 to 32767 that stands for a file, got ${JSON.stringify(text)}`, 'lif');
  return type;
}

export const ISL_COMMANDS: readonly Command[] = [isl, lif];
