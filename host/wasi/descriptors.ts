// The descriptors of one program run: what each number stands for and what may be done with it. Knows no memory.
import { WasiError, type WasiFile, type WasiSystem } from './system.ts';

/** Rights of WASI preview 1, as far as the imported functions ask for them. All lie in the low 32 bits. */
export const Right = { read: 0x2, seek: 0x4, tell: 0x20, write: 0x40, openPath: 0x2000 } as const;

/** File types of WASI preview 1. */
export const FileType = { unknown: 0, characterDevice: 2, directory: 3, regular: 4 } as const;

/** What a descriptor stands for. Only the volume's root has no file. */
export interface Descriptor {
  readonly file: WasiFile | undefined;
  readonly type: number;
  readonly rights: number;
  /** Files that the program opened are closed for it; its streams belong to the environment. */
  readonly owned: boolean;
}

/** The number under which the volume's root is open from the start. */
export const ROOT_DESCRIPTOR = 3;

/** More open files than any updater needs: a program that leaks them is told so before the environment suffers. */
const MAXIMUM_OPEN = 64;

/** The table of one run. */
export class Descriptors {
  readonly #open = new Map<number, Descriptor>();
  #next = ROOT_DESCRIPTOR + 1;

  constructor(system: WasiSystem) {
    this.#open.set(0, stream(system.stdin, Right.read));
    this.#open.set(1, stream(system.stdout, Right.write));
    this.#open.set(2, stream(system.stderr, Right.write));
    this.#open.set(ROOT_DESCRIPTOR, { file: undefined, type: FileType.directory, rights: Right.openPath, owned: false });
  }

  /** What a number stands for. */
  get(descriptor: number): Descriptor {
    const found = this.#open.get(descriptor);
    if (!found) throw new WasiError('badDescriptor', `descriptor ${descriptor} is not open`);
    return found;
  }

  /** The file of a descriptor that has this right. */
  file(descriptor: number, right: number): WasiFile {
    const found = this.get(descriptor);
    if (!found.file) throw new WasiError('isDirectory', `descriptor ${descriptor} is the volume's root`);
    if ((found.rights & right) !== right) throw new WasiError('notCapable', `descriptor ${descriptor} was not opened for this`);
    return found.file;
  }

  /** Says no before a file is opened that the table has no place for. */
  expectRoom(): void {
    if (this.#open.size >= MAXIMUM_OPEN) throw new WasiError('tooManyFiles', `the program has ${MAXIMUM_OPEN} descriptors open`);
  }

  /** Takes over an opened file. Numbers are not used twice, so a late use of a closed one is always noticed. */
  add(file: WasiFile, rights: number): number {
    const descriptor = this.#next++;
    this.#open.set(descriptor, { file, type: FileType.regular, rights, owned: true });
    return descriptor;
  }

  /** Closes one descriptor. It is gone even when closing the file fails, as with close(2). */
  close(descriptor: number): void {
    const found = this.get(descriptor);
    this.#open.delete(descriptor);
    if (found.owned) found.file?.close();
  }

  /**
   * Closes what the program left open. Failures are not reported: a program that does not close a file has not asked
   * whether it is whole.
   */
  closeAll(): void {
    for (const descriptor of [...this.#open.keys()]) {
      try {
        this.close(descriptor);
      } catch {
        continue;
      }
    }
  }
}

function stream(file: WasiFile, rights: number): Descriptor {
  return { file, type: file.isTerminal ? FileType.characterDevice : FileType.unknown, rights, owned: false };
}
