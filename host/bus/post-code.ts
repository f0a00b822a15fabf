// POST codes as UEFI firmware writes them to I/O port 80h, by the checkpoint table of American Megatrends' Aptio V, of which
// most boards' tables are a copy. Only what Ferry's own firmware writes, and what people meet when a machine stops.

/** What Ferry's firmware writes, in the order of a boot. */
export const PostCode = {
  powerOn: 0x01, memoryInstalled: 0x31, dxeStarted: 0x60, variables: 0x61, bdsStarted: 0x90, pciEnumeration: 0x94, consoleOutput: 0x97, consoleInput: 0x98,
  diskDetect: 0xa2, setupInput: 0xab, readyToBoot: 0xad, exitBootServices: 0xaf, systemReset: 0xb3, loadFailed: 0xd9, startFailed: 0xda,
} as const;

const MEANINGS: Readonly<Record<number, string>> = {
  0x01: 'power on', 0x10: 'PEI core is started', 0x11: 'processor initialization before memory', 0x15: 'chipset initialization before memory',
  0x2b: 'memory: reading the modules', 0x2c: 'memory: presence detection', 0x2d: 'memory: timing', 0x2e: 'memory: configuration', 0x2f: 'memory: other',
  0x31: 'memory is installed', 0x32: 'processor initialization after memory', 0x37: 'chipset initialization after memory', 0x4f: 'DXE IPL is started',
  0x50: 'no memory: wrong type or speed', 0x53: 'memory error', 0x55: 'memory is not installed', 0x56: 'wrong processor type or speed', 0x58: 'processor self test failed',
  0x60: 'DXE core is started', 0x61: 'NVRAM initialization', 0x68: 'PCI host bridge initialization', 0x78: 'ACPI initialization',
  0x90: 'boot device selection is started', 0x92: 'PCI bus initialization', 0x94: 'PCI bus enumeration', 0x96: 'PCI bus: assigning resources',
  0x97: 'console output devices', 0x98: 'console input devices', 0x9a: 'USB initialization', 0xa0: 'disk controller initialization', 0xa2: 'disk detection',
  0xa9: 'start of setup', 0xab: 'setup waits for input', 0xad: 'ready to boot', 0xae: 'legacy boot', 0xaf: 'exit boot services', 0xb3: 'system reset',
  0xd0: 'processor initialization error', 0xd1: 'chipset initialization error', 0xd6: 'no console output device', 0xd9: 'boot option can not be loaded', 0xda: 'boot option failed',
  0xf0: 'recovery started by the firmware', 0xf2: 'recovery is started',
};

/** As people write it: `4Fh (DXE IPL is started)`. */
export function postCodeText(code: number): string {
  const meaning = MEANINGS[code];
  const shown = `${code.toString(16).toUpperCase().padStart(2, '0')}h`;
  return meaning === undefined ? shown : `${shown} (${meaning})`;
}
