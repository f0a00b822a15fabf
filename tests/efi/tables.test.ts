import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { NO_SCREEN } from '../../host/efi/protocols/simple-text-output.ts';
import { isTableWhole, tableHeader } from '../../host/efi/table-header.ts';
import { VirtualMachine } from './virtual-machine.ts';

const { system } = new VirtualMachine().assemble();
const TABLES = [
  ['the system table', system, 'IBI SYST', 120],
  ['the boot services table', system.bootServices, 'BOOTSERV', 376],
  ['the runtime services table', system.runtimeServices, 'RUNTSERV', 136],
] as const;

describe.each(TABLES)('%s', (_name, table, signature, size) => {
  it('has signature, revision 2.10 and size of the specification', () => {
    const bytes = table.tableBytes();
    const header = tableHeader(bytes);
    expect(Buffer.from(bytes.subarray(0, 8)).toString('ascii')).toBe(signature);
    expect(header.revision).toBe((2 << 16) | 100);
    expect([header.headerSize, bytes.length]).toEqual([size, size]);
  });

  it('has the CRC-32 of its bytes with the field as zero', () => {
    const bytes = table.tableBytes();
    const cleared = bytes.slice().fill(0, 16, 20);
    expect(tableHeader(bytes).crc32).toBe(crc32(cleared));
    expect(isTableWhole(bytes)).toBe(true);
  });

  it('is noticed to be changed, whichever bit', () => {
    const bytes = table.tableBytes();
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(isTableWhole(changed), `bit ${bit}`).toBe(false);
    }
  });
});

describe('the system table', () => {
  it('gets a new checksum when the console is redirected, and its old one back afterwards', () => {
    const { system: table } = new VirtualMachine().assemble();
    const { conOut, stdErr, header } = table;
    const other = { ...NO_SCREEN, outputString: () => undefined };
    table.redirect({ conOut: other, stdErr });
    expect(table.header.crc32).not.toBe(header.crc32);
    expect(isTableWhole(table.tableBytes())).toBe(true);
    table.redirect({ conOut, stdErr });
    expect(table.header).toEqual(header);
  });

  it('has null where a service is not provided', () => {
    const slot = (index: number): bigint => new DataView(system.bootServices.tableBytes().buffer).getBigUint64(24 + index * 8, true);
    const [raiseTpl, loadImage, exitBootServices, connectController, locateProtocol] = [0, 22, 26, 30, 37].map(slot);
    expect(connectController).toBe(0n);
    expect([raiseTpl, exitBootServices]).not.toContain(0n);
    expect(loadImage).not.toBe(0n);
    expect(locateProtocol).not.toBe(0n);
  });
});
