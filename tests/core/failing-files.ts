// Files of the staging whose calls can be made to fail: the N-th one, or all from there on.
import { openDurableFile, type OpenFile } from '../../host/bmc/durable-file.ts';

export class FailingFiles {
  /** Calls so far that write or flush something. */
  calls = 0;
  /** Which of them fail, and how. */
  fails: (call: number) => string | undefined = () => undefined;
  /** Bytes that a failing write gets through before it fails. */
  tornBytes = 0;

  readonly open: OpenFile = (path) => {
    const file = openDurableFile(path);
    return {
      ...file,
      write: (offset, from) => {
        const code = this.#next();
        if (code === undefined) return file.write(offset, from);
        file.write(offset, from.subarray(0, Math.min(this.tornBytes, from.length)));
        throw systemError(code);
      },
      truncate: (size) => this.#guarded(() => file.truncate(size)),
      sync: () => this.#guarded(() => file.sync()),
    };
  };

  #next(): string | undefined {
    return this.fails(this.calls++);
  }

  #guarded(run: () => void): void {
    const code = this.#next();
    if (code !== undefined) throw systemError(code);
    run();
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: made to fail`), { code });
}
