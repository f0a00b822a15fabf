import type { DevicePath } from '../device-path.ts';
import type { Handle } from '../handle-database.ts';

/** EFI_LOADED_IMAGE_PROTOCOL (UEFI 2.10, section 9.1): what an image is told about itself. */
export interface LoadedImage {
  readonly parentHandle: Handle | undefined;
  /** The volume that the image was loaded from. Undefined for an image out of the firmware or out of memory. */
  readonly deviceHandle: Handle | undefined;
  readonly filePath: DevicePath;
  /** The command line, the image's name first when the shell starts it. */
  loadOptions: string;
  readonly imageSize: number;
}
