// EFI_SYSTEM_TABLE (UEFI 2.10, section 4.3): what every image gets. Its checksum is made anew whenever the console is
// redirected, as the specification asks of whoever changes the table.
import type { BootServices } from './boot-services.ts';
import type { Handle } from './handle-database.ts';
import type { SimpleTextInput } from './protocols/simple-text-input.ts';
import type { SimpleTextOutput } from './protocols/simple-text-output.ts';
import type { RuntimeServices } from './runtime-services.ts';
import { pointerTo, tableBytes, tableHeader, type TableHeader } from './table-header.ts';

const SYSTEM_TABLE_SIGNATURE = 0x5453595320494249n;

export interface SystemTableParts {
  readonly firmwareVendor: string;
  readonly firmwareRevision: number;
  readonly consoleHandle: Handle;
  readonly conIn: SimpleTextInput;
  readonly conOut: SimpleTextOutput;
  readonly stdErr: SimpleTextOutput;
  readonly bootServices: BootServices;
  readonly runtimeServices: RuntimeServices;
}

/** The system table of one power-on. */
export class SystemTable {
  readonly firmwareVendor: string;
  readonly firmwareRevision: number;
  readonly consoleHandle: Handle;
  readonly conIn: SimpleTextInput;
  readonly bootServices: BootServices;
  readonly runtimeServices: RuntimeServices;
  readonly #vendor: object = {};
  #conOut: SimpleTextOutput;
  #stdErr: SimpleTextOutput;
  #bytes: Uint8Array;

  constructor(parts: SystemTableParts) {
    this.firmwareVendor = parts.firmwareVendor;
    this.firmwareRevision = parts.firmwareRevision;
    this.consoleHandle = parts.consoleHandle;
    this.conIn = parts.conIn;
    this.bootServices = parts.bootServices;
    this.runtimeServices = parts.runtimeServices;
    this.#conOut = parts.conOut;
    this.#stdErr = parts.stdErr;
    this.#bytes = this.#layout();
  }

  get conOut(): SimpleTextOutput {
    return this.#conOut;
  }

  get stdErr(): SimpleTextOutput {
    return this.#stdErr;
  }

  get header(): TableHeader {
    return tableHeader(this.#bytes);
  }

  /** Replaces console outputs and makes the checksum anew. */
  redirect(outputs: { readonly conOut: SimpleTextOutput; readonly stdErr: SimpleTextOutput }): void {
    this.#conOut = outputs.conOut;
    this.#stdErr = outputs.stdErr;
    this.#bytes = this.#layout();
  }

  /** There is no console and there are no boot services any more: their fields become null. */
  bootServicesExited(): void {
    this.#bytes = this.#layout();
  }

  /** The table as it would lie in memory. */
  tableBytes(): Uint8Array {
    return this.#bytes.slice();
  }

  #layout(): Uint8Array {
    const untilExit = (object: object): bigint => (this.bootServices.hasExited ? 0n : pointerTo(object));
    const handle = untilExit(this.consoleHandle);
    return tableBytes(SYSTEM_TABLE_SIGNATURE, [
      pointerTo(this.#vendor), BigInt(this.firmwareRevision), handle, untilExit(this.conIn), handle, untilExit(this.#conOut),
      handle, untilExit(this.#stdErr), pointerTo(this.runtimeServices), untilExit(this.bootServices), 0n, 0n,
    ]);
  }
}
