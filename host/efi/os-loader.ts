// What stands where an operating system's loader would: it takes over the machine as one does, with ExitBootServices.
import type { BootServices } from './boot-services.ts';
import type { Handle } from './handle-database.ts';
import type { EntryPoint } from './image-services.ts';
import { PowerEvent } from './power-event.ts';
import type { SystemTable } from './system-table.ts';

/** Bytes of one EFI_MEMORY_DESCRIPTOR in EDK II's answers, which are larger than the structure. */
const DESCRIPTOR_SIZE = 48;
/** The allocation of the buffer itself may add descriptors. */
const SPARE_DESCRIPTORS = 2;

/** The entry point of the loader. Does not return: the firmware's work ends in it. */
export function osLoader(systemTable: () => SystemTable): EntryPoint {
  return (image) => {
    takeOver(systemTable().bootServices, image);
    throw new PowerEvent({ kind: 'os' });
  };
}

/** The map has to be read after the last allocation: every change makes its key another one. */
export function takeOver(boot: BootServices, image: Handle): void {
  const { descriptors } = boot.getMemoryMap();
  const buffer = boot.allocatePool('loaderData', (descriptors.length + SPARE_DESCRIPTORS) * DESCRIPTOR_SIZE);
  try {
    boot.exitBootServices(image, boot.getMemoryMap().mapKey);
  } catch (error) {
    boot.freePool(buffer);
    throw error;
  }
}
