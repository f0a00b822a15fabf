// Files and streams as WASI sees them, over EFI_FILE_PROTOCOL and the console protocols.
import { StringDecoder } from 'node:string_decoder';
import { WasiError, type ErrnoName, type OpenOptions, type WasiFile } from '../wasi/system.ts';
import { isDirectory, type FileProtocol } from './protocols/simple-file-system.ts';
import type { SimpleTextInput } from './protocols/simple-text-input.ts';
import type { SimpleTextOutput } from './protocols/simple-text-output.ts';
import { EfiError, EfiStatus } from './status.ts';

const ERRNO_OF = new Map<bigint, ErrnoName>([
  [EfiStatus.NOT_FOUND, 'noEntry'], [EfiStatus.ACCESS_DENIED, 'access'], [EfiStatus.WRITE_PROTECTED, 'readOnly'],
  [EfiStatus.VOLUME_FULL, 'noSpace'], [EfiStatus.INVALID_PARAMETER, 'invalid'], [EfiStatus.UNSUPPORTED, 'notPermitted'],
  [EfiStatus.OUT_OF_RESOURCES, 'tooManyFiles'],
]);

/** Does something with a protocol; its status becomes an errno. */
function asWasiError<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    throw new WasiError(ERRNO_OF.get(error.status) ?? 'io', error.message, { cause: error });
  }
}

/** Opens a file below a volume's root, `/` between names. */
export function openWasiFile(root: FileProtocol, path: string, options: OpenOptions): WasiFile {
  if (path.includes('\\')) throw new WasiError('noEntry', `${JSON.stringify(path)}: expected / between names`);
  const mode = options.create ? 'create' : options.write ? 'read-write' : 'read';
  return asWasiError(() => {
    const file = root.open(`\\${path.replaceAll('/', '\\')}`, mode);
    try {
      if (isDirectory(file.getInfo())) throw new WasiError('isDirectory', `${path} is a directory`);
      if (options.truncate) file.setInfo({ fileSize: 0 });
    } catch (error) {
      file.close();
      throw error;
    }
    return new VolumeFile(file, options.write);
  });
}

/** A file of a volume. */
class VolumeFile implements WasiFile {
  readonly isTerminal = false;
  readonly #file: FileProtocol;
  readonly #isWritten: boolean;

  constructor(file: FileProtocol, isWritten: boolean) {
    this.#file = file;
    this.#isWritten = isWritten;
  }

  read(into: Uint8Array): number {
    return asWasiError(() => this.#file.read(into));
  }

  write(from: Uint8Array): number {
    asWasiError(() => this.#file.write(from));
    return from.length;
  }

  seek(offset: number, whence: 0 | 1 | 2): number {
    return asWasiError(() => {
      const base = [0, this.#file.getPosition(), this.#file.getInfo().fileSize][whence] as number;
      const position = base + offset;
      if (position < 0) throw new WasiError('invalid', `position ${position} lies before the file`);
      this.#file.setPosition(position);
      return position;
    });
  }

  /** What was written is on the medium afterwards: a report that says "done" must outlive a power cut. */
  close(): void {
    try {
      if (this.#isWritten) asWasiError(() => this.#file.flush());
    } finally {
      this.#file.close();
    }
  }
}

function noPosition(): never {
  throw new WasiError('notPermitted', 'a stream of the console has no position');
}

/** A console output as a stream of UTF-8. A character that is cut between two writes is put together again. */
export function outputStream(output: SimpleTextOutput): WasiFile {
  const decoder = new StringDecoder('utf8');
  return {
    isTerminal: output.mode.isTerminal,
    read: () => { throw new WasiError('notPermitted', 'a console output can not be read'); },
    write: (from) => {
      asWasiError(() => output.outputString(decoder.write(Buffer.from(from.buffer, from.byteOffset, from.length))));
      return from.length;
    },
    seek: noPosition,
    close: () => output.outputString(decoder.end()),
  };
}

/** The console input as a stream of UTF-8. `wait` lets some time pass and answers true when the program has to stop. */
export function inputStream(input: SimpleTextInput, isTerminal: boolean, wait: () => boolean): WasiFile {
  let waiting = new Uint8Array(0);
  return {
    isTerminal,
    read: (into) => {
      while (waiting.length === 0) {
        const key = input.readKeyStroke();
        if (key) waiting = Uint8Array.from(Buffer.from(key.unicodeChar === '\r' ? '\n' : key.unicodeChar));
        else if (input.ended || wait()) return 0;
      }
      const count = Math.min(into.length, waiting.length);
      into.set(waiting.subarray(0, count));
      waiting = waiting.slice(count);
      return count;
    },
    write: () => { throw new WasiError('notPermitted', 'the console input can not be written'); },
    seek: noPosition,
    close: () => undefined,
  };
}
