/** The program's only clock: WASI's monotonic one, in milliseconds. Dates are the management controller's matter. */
import { clock_time_get, clockid } from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";

const nanoseconds: usize = memory.data(8, 16);

/** Milliseconds since some moment in the past; never goes back. 0 on an environment whose clock fails. */
export function milliseconds(): u64 {
  if (clock_time_get(clockid.MONOTONIC, 1000000, nanoseconds) != 0) return 0;
  return load<u64>(nanoseconds) / 1000000;
}
