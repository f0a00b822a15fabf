import { isDirectory } from '../../protocols/simple-file-system.ts';
import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { hexDump } from '../hex-dump.ts';
import { parseOptions } from '../options.ts';
import { fullName, matchesOf, withFile, type FoundFile } from '../paths.ts';
import { numberValue } from '../script/numbers.ts';
import type { Shell } from '../shell.ts';

/** So much is read and shown at once. */
const PIECE = 4096;

function numberOf(word: string | undefined, otherwise: number): number {
  const value = word === undefined ? BigInt(otherwise) : numberValue(word);
  if (value === undefined || value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw new CommandError('INVALID_PARAMETER', `hexdump: Invalid argument - '${word}'`);
  return Number(value);
}

function dump(shell: Shell, found: FoundFile, offset: number, size: number): void {
  const end = Math.min(found.info.fileSize, offset + size);
  withFile(found, 'read', (file) => {
    for (let at = offset; at < end && !shell.system.conIn.breakPressed();) {
      const piece = new Uint8Array(Math.min(PIECE, end - at));
      file.setPosition(at);
      const count = file.read(piece);
      if (count === 0) return;
      shell.print(hexDump(piece.subarray(0, count), at));
      at += count;
    }
  });
}

export const hexdump: ShellCommand = {
  name: 'hexdump',
  summary: 'Shows the bytes of a file.',
  usage: 'hexdump [-b] FILE [OFFSET [SIZE]]\n\n  -b - Stops after every screen.\nOFFSET and SIZE are bytes, decimal or 0x hexadecimal.',
  setsLastError: true,
  run(shell, words) {
    const [path = '', offset, size] = parseOptions('hexdump', words, [], { least: 1, most: 3 }).values;
    const [found] = matchesOf(shell.volumes, path);
    if (!found) throw new CommandError('NOT_FOUND', `hexdump: Cannot open file - '${path}'`);
    if (isDirectory(found.info)) throw new CommandError('NOT_FOUND', `hexdump: '${fullName(found)}' is a directory`);
    dump(shell, found, numberOf(offset, 0), numberOf(size, found.info.fileSize));
  },
};
