/**
 * Finds a function on the PCI bus the way firmware does: bus 0 first, then every bus behind a bridge that is found
 * (PCI Local Bus 3.0, chapter 6; PCI-to-PCI Bridge 1.2, section 3.2.5). Configuration space is only read.
 */
import { Status } from "../status";
import { pciConfigRead, pciConfigWrite } from "./imports";

const VENDOR: u32 = 0x00;
const DEVICE: u32 = 0x02;
const COMMAND: u32 = 0x04;
const HEADER_TYPE: u32 = 0x0e;
const SECONDARY_BUS: u32 = 0x19;
const BAR0: u32 = 0x10;

const MULTI_FUNCTION: u32 = 0x80;
const BRIDGE_HEADER: u32 = 1;
const NOTHING: u32 = 0xffff;
/** Command register: the function answers accesses to its memory BARs. */
const MEMORY_SPACE: u32 = 2;

/** Set by `pciFind`: the address of the function. */
export let pciFound: u32 = 0;

// Buses still to be looked at: one bit each, so that a loop of bridges ends.
const pending: usize = memory.data(256);
const visited: usize = memory.data(256);

function addBus(bus: u32): void {
  if (load<u8>(visited + bus) == 0) store<u8>(pending + bus, 1);
}

/** Looks at one function. True when it is the one. */
function look(fn: u32, vendor: u32, device: u32): bool {
  const found: u32 = pciConfigRead(fn, VENDOR, 2);
  if (found == NOTHING) return false;
  if ((pciConfigRead(fn, HEADER_TYPE, 1) & 0x7f) == BRIDGE_HEADER) addBus(pciConfigRead(fn, SECONDARY_BUS, 1) & 0xff);
  return found == vendor && pciConfigRead(fn, DEVICE, 2) == device;
}

function scanBus(bus: u32, vendor: u32, device: u32): bool {
  for (let slot: u32 = 0; slot < 32; slot++) {
    const first: u32 = (bus << 8) | (slot << 3);
    if (pciConfigRead(first, VENDOR, 2) == NOTHING) continue;
    const functions: u32 = pciConfigRead(first, HEADER_TYPE, 1) & MULTI_FUNCTION ? 8 : 1;
    for (let fn: u32 = first; fn < first + functions; fn++) {
      if (!look(fn, vendor, device)) continue;
      pciFound = fn;
      return true;
    }
  }
  return false;
}

/** Scans for the function with these identities. `NoDevice` when there is none; `Ok` sets `pciFound`. */
export function pciFind(vendor: u32, device: u32): Status {
  memory.fill(pending, 0, 256);
  memory.fill(visited, 0, 256);
  addBus(0);
  for (let bus: u32 = 0; bus < 256; bus++) {
    if (load<u8>(pending + bus) == 0 || load<u8>(visited + bus) != 0) continue;
    store<u8>(visited + bus, 1);
    if (scanBus(bus, vendor, device)) return Status.Ok;
    bus = u32.MAX_VALUE; // A bridge may lead to a lower number: begin again with what is pending now.
  }
  return Status.NoDevice;
}

/** Lets the function answer at its memory BARs, as firmware leaves it and an operating system finds it. */
export function pciEnableMemory(fn: u32): void {
  const command: u32 = pciConfigRead(fn, COMMAND, 2);
  if ((command & MEMORY_SPACE) == 0) pciConfigWrite(fn, COMMAND, 2, command | MEMORY_SPACE);
}

/** Whether the BAR is there and is a memory BAR. */
export function pciHasMemoryBar(fn: u32, bar: u32): bool {
  const value: u32 = pciConfigRead(fn, BAR0 + 4 * bar, 4);
  return value != 0 && value != 0xffffffff && (value & 1) == 0;
}

