// EFI_LOAD_OPTION (UEFI 2.10, section 3.1.3): what a Boot#### variable holds.
import { DevicePath } from './device-path.ts';
import { EfiError } from './status.ts';

const HEADER_SIZE = 6;

/** LOAD_OPTION_ACTIVE: the boot manager tries the option by itself. */
export const LOAD_OPTION_ACTIVE = 1;

export interface LoadOption {
  readonly attributes: number;
  readonly description: string;
  readonly path: DevicePath;
  /** The load options that the image gets: text, as the shell reads it. */
  readonly optionalData: string;
}

/** The bytes of a load option. */
export function encodeLoadOption({ attributes, description, path, optionalData }: LoadOption): Uint8Array {
  const header = Buffer.alloc(HEADER_SIZE);
  const pathBytes = path.toBytes();
  header.writeUInt32LE(attributes, 0);
  header.writeUInt16LE(pathBytes.length, 4);
  return Buffer.concat([header, Buffer.from(`${description}\0`, 'utf16le'), pathBytes, Buffer.from(optionalData, 'utf16le')]);
}

/** Reads a load option. EFI_INVALID_PARAMETER for bytes that are none. */
export function decodeLoadOption(bytes: Uint8Array): LoadOption {
  const data = Buffer.from(bytes);
  if (data.length < HEADER_SIZE) throw new EfiError('INVALID_PARAMETER', `a load option of ${data.length} bytes, expected at least ${HEADER_SIZE}`);
  let end = HEADER_SIZE;
  while (end + 2 <= data.length && data.readUInt16LE(end) !== 0) end += 2;
  const pathSize = data.readUInt16LE(4);
  const pathAt = end + 2;
  if (pathSize > data.length - pathAt) throw new EfiError('INVALID_PARAMETER', 'a load option whose device path is cut off');
  return {
    attributes: data.readUInt32LE(0),
    description: data.subarray(HEADER_SIZE, end).toString('utf16le'),
    path: DevicePath.fromBytes(data.subarray(pathAt, pathAt + pathSize)),
    optionalData: data.subarray(pathAt + pathSize).toString('utf16le').replace(/\0$/, ''),
  };
}
