import { EfiStatus, type EfiErrorName } from '../status.ts';

/** A shell command failed: the text is printed, the status goes to `%lasterror%`. */
export class CommandError extends Error {
  readonly status: bigint;
  constructor(status: EfiErrorName, message: string) {
    super(message);
    this.name = 'CommandError';
    this.status = EfiStatus[status];
  }
}
