// What everything inside one mounted file system shares.
import type { AllocationTable } from './allocation-table.ts';
import type { BlockDevice } from './block-device.ts';
import type { Geometry } from './boot-sector.ts';

/** A mounted file system's device and tables. */
export interface Medium {
  readonly device: BlockDevice;
  readonly geometry: Geometry;
  readonly table: AllocationTable;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called before anything is changed: refuses on a medium that can only be read, marks the volume as in use. */
  readonly beforeChange: () => void;
}
