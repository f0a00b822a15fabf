// GUIDs: of the protocols and variable namespaces that this firmware has, with the values of UEFI 2.10, and their
// binary form.
import type { BlockIo } from './protocols/block-io.ts';
import type { LoadedImage } from './protocols/loaded-image.ts';
import type { PciIo } from './protocols/pci-io.ts';
import type { PciRootBridgeIo } from './protocols/pci-root-bridge-io.ts';
import type { Rng } from './protocols/rng.ts';
import type { ShellParameters } from './protocols/shell-parameters.ts';
import type { SimpleFileSystem } from './protocols/simple-file-system.ts';
import type { SimpleTextInput } from './protocols/simple-text-input.ts';
import type { SimpleTextInputEx } from './protocols/simple-text-input-ex.ts';
import type { SimpleTextOutput } from './protocols/simple-text-output.ts';
import type { Timestamp } from './protocols/timestamp.ts';
import type { DevicePath } from './device-path.ts';

/** The GUID of a protocol, typed by the interface that is installed under it. */
export interface ProtocolGuid<T> {
  readonly name: string;
  readonly guid: string;
  /** Never there: carries the type of the interface. */
  readonly interfaceType?: T;
}

function protocol<T>(name: string, guid: string): ProtocolGuid<T> {
  return Object.freeze({ name, guid });
}

export const DEVICE_PATH_PROTOCOL = protocol<DevicePath>('DevicePath', '09576E91-6D3F-11D2-8E39-00A0C969723B');
export const LOADED_IMAGE_PROTOCOL = protocol<LoadedImage>('LoadedImage', '5B1B31A1-9562-11D2-8E3F-00A0C969723B');
export const SIMPLE_TEXT_INPUT_PROTOCOL = protocol<SimpleTextInput>('SimpleTextIn', '387477C1-69C7-11D2-8E39-00A0C969723B');
export const SIMPLE_TEXT_INPUT_EX_PROTOCOL = protocol<SimpleTextInputEx>('SimpleTextInEx', 'DD9E7534-7762-4698-8C14-F58517A625AA');
export const SIMPLE_TEXT_OUTPUT_PROTOCOL = protocol<SimpleTextOutput>('SimpleTextOut', '387477C2-69C7-11D2-8E39-00A0C969723B');
export const SIMPLE_FILE_SYSTEM_PROTOCOL = protocol<SimpleFileSystem>('SimpleFileSystem', '964E5B22-6459-11D2-8E39-00A0C969723B');
export const BLOCK_IO_PROTOCOL = protocol<BlockIo>('BlockIo', '964E5B21-6459-11D2-8E39-00A0C969723B');
export const PCI_ROOT_BRIDGE_IO_PROTOCOL = protocol<PciRootBridgeIo>('PCIRootBridgeIO', '2F707EBB-4A1A-11D4-9A38-0090273FC14D');
export const PCI_IO_PROTOCOL = protocol<PciIo>('PCIIO', '4CF5B200-68B8-4CA5-9EEC-B23E3F50029A');
export const RNG_PROTOCOL = protocol<Rng>('Rng', '3152BCA5-EADE-433D-862E-C01CDC291F44');
export const TIMESTAMP_PROTOCOL = protocol<Timestamp>('Timestamp', 'AFBFDE41-2E6E-4262-BA65-62B9236E5495');
/** UEFI Shell specification 2.2, section 2.4. */
export const SHELL_PARAMETERS_PROTOCOL = protocol<ShellParameters>('ShellParameters', '752F3136-4E16-4FDC-A22A-E5F46812F4CA');

/** The namespace of BootOrder, Boot#### and the other variables that the UEFI specification names. */
export const GLOBAL_VARIABLE = '8BE4DF61-93CA-11D2-AA0D-00E098032B8C';
/** The namespace of db and dbx. */
export const IMAGE_SECURITY_DATABASE = 'D719B2CB-3D3A-4596-A3BC-DAD00E67656F';
/** The namespace of the firmware's own variables. */
export const FIRMWARE_VARIABLE = '0E6A9D35-1C4B-4F8E-A7D2-4665727279F1';
/** The namespace of the shell's non-volatile environment variables, as in the EDK II shell. */
export const SHELL_VARIABLE = '158DEF5A-F656-419C-B027-7A3192C079D2';

/** The 16 bytes of a GUID: the first three fields little endian (UEFI 2.10, appendix A). */
export function guidBytes(guid: string): Uint8Array {
  const digits = Buffer.from(guid.replaceAll('-', ''), 'hex');
  return Uint8Array.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15], (from) => digits[from] ?? 0);
}

/** The text of a GUID from its 16 bytes. */
export function guidText(bytes: Uint8Array): string {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  const hex = order.map((from) => (bytes[from] ?? 0).toString(16).padStart(2, '0')).join('').toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
