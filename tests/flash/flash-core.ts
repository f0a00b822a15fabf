import { readArtifact } from '../../host/artifacts.ts';
import type { StoreExports } from '../../host/core/flash.ts';
import { loadCore } from '../../host/core/instance.ts';
import type { RecordExports } from '../../host/core/slot-records.ts';

/** The raw exports of core.wasm that these tests drive themselves, besides those that the host drives. */
export interface FlashCore extends StoreExports, RecordExports, Record<string, unknown> {
  readonly RECORD_KEPT: WebAssembly.Global;
  readonly recordSequence: WebAssembly.Global;
  readonly recordNewest: WebAssembly.Global;
  readonly recordBlank: WebAssembly.Global;
  recordEncode(page: number): number;
  recordDecode(page: number): number;
  recordCheck(page: number): number;
  recordScan(pages: number, size: number): number;
}

/** What core.wasm consists of: real machine code for images. */
export const MACHINE_CODE: Uint8Array = readArtifact('core.wasm');

/** A fresh instance of core.wasm. */
export function flashCore(): FlashCore {
  return loadCore<FlashCore>();
}
