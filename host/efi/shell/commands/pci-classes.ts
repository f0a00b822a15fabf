// Names of PCI classes (PCI Code and ID Assignment Specification), as far as servers have them.

const BASE: Readonly<Record<number, string>> = {
  0x00: 'Pre 2.0 device', 0x01: 'Mass Storage Controller', 0x02: 'Network Controller', 0x03: 'Display Controller', 0x04: 'Multimedia Device',
  0x05: 'Memory Controller', 0x06: 'Bridge Device', 0x07: 'Simple Communications Controllers', 0x08: 'Base System Peripherals', 0x09: 'Input Devices',
  0x0a: 'Docking Stations', 0x0b: 'Processors', 0x0c: 'Serial Bus Controllers', 0x0d: 'Wireless Controllers', 0x0f: 'Satellite Communication Controllers',
  0x10: 'Encryption/Decryption Controllers', 0x11: 'Data Acquisition & Signal Processing Controllers', 0xff: 'Device does not fit in any defined classes',
};

const SUB: Readonly<Record<number, string>> = {
  0x0101: 'IDE controller', 0x0104: 'RAID controller', 0x0106: 'Serial ATA controller', 0x0107: 'Serial Attached SCSI (SAS) controller',
  0x0108: 'Solid State (NVMe) controller', 0x0200: 'Ethernet controller', 0x0207: 'InfiniBand controller', 0x0300: 'VGA/8514 controller',
  0x0403: 'Mixed mode device', 0x0500: 'RAM memory controller', 0x0600: 'Host/PCI bridge', 0x0601: 'PCI/ISA bridge', 0x0604: 'PCI/PCI bridge',
  0x0700: 'Serial controller', 0x0780: 'Other communications device', 0x0800: 'Interrupt controller', 0x0880: 'Other system peripheral',
  0x0c03: 'USB', 0x0c05: 'System Management Bus', 0x0c07: 'IPMI Interface', 0x1180: 'Other DAQ & SP controllers',
};

/** `Bridge Device - Host/PCI bridge`. */
export function pciClassText(base: number, sub: number): string {
  return `${BASE[base] ?? 'Reserved'} - ${SUB[(base << 8) | sub] ?? (base === 0xff ? '' : 'Unknown')}`.replace(/ - $/, '');
}
