// The nodes of a device path that this firmware makes or understands (UEFI 2.10, section 10.3): text and bytes of each.
import { guidBytes, guidText } from './guid.ts';
import { EfiError } from './status.ts';

/** One step of a device path. */
export type DevicePathNode =
  | { readonly type: 'pci-root'; readonly uid: number }
  | { readonly type: 'pci'; readonly device: number; readonly fn: number }
  | { readonly type: 'sata'; readonly port: number; readonly multiplierPort: number; readonly lun: number }
  | { readonly type: 'hd'; readonly partition: number; readonly guid: string; readonly start: number; readonly size: number }
  | { readonly type: 'hd'; readonly partition: number; readonly mbrSignature: number; readonly start: number; readonly size: number }
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'fv'; readonly guid: string }
  | { readonly type: 'fv-file'; readonly guid: string }
  | { readonly type: 'vendor-hardware'; readonly guid: string };

const hex = (value: number): string => `0x${value.toString(16).toUpperCase()}`;

/** The text form of one node. */
export function nodeText(node: DevicePathNode): string {
  switch (node.type) {
    case 'pci-root': return `PciRoot(${hex(node.uid)})`;
    case 'pci': return `Pci(${hex(node.device)},${hex(node.fn)})`;
    case 'sata': return `Sata(${hex(node.port)},${hex(node.multiplierPort)},${hex(node.lun)})`;
    case 'hd': return `HD(${node.partition},${'guid' in node ? `GPT,${node.guid}` : `MBR,${hex(node.mbrSignature)}`},${hex(node.start)},${hex(node.size)})`;
    case 'file': return node.path;
    case 'fv': return `Fv(${node.guid})`;
    case 'fv-file': return `FvFile(${node.guid})`;
    case 'vendor-hardware': return `VenHw(${node.guid})`;
  }
}

/** EISA identifier PNP0A03, a PCI root bridge, compressed. */
const PNP0A03 = 0x0a0341d0;
/** Formats of a partition table, which are the types of its signature too. */
const MBR = 1;
const GPT = 2;

/** The bytes of one node with its four-byte header. */
export function encodeNode(node: DevicePathNode): Uint8Array {
  switch (node.type) {
    case 'pci-root': return framed(2, 1, words(PNP0A03, node.uid));
    case 'pci': return framed(1, 1, Uint8Array.from([node.fn, node.device]));
    case 'sata': return framed(3, 18, halves(node.port, node.multiplierPort, node.lun));
    case 'hd': return framed(4, 1, Buffer.concat([
      words(node.partition), long(node.start), long(node.size), ...('guid' in node
        ? [guidBytes(node.guid), Uint8Array.from([GPT, GPT])] : [words(node.mbrSignature, 0, 0, 0), Uint8Array.from([MBR, MBR])]),
    ]));
    case 'file': return framed(4, 4, Buffer.from(`${node.path}\0`, 'utf16le'));
    case 'fv': return framed(4, 7, guidBytes(node.guid));
    case 'fv-file': return framed(4, 6, guidBytes(node.guid));
    case 'vendor-hardware': return framed(1, 4, guidBytes(node.guid));
  }
}

/** Reads one node, header included. */
export function decodeNode(bytes: Uint8Array): DevicePathNode {
  const body = Buffer.from(bytes.subarray(4));
  const kind = `${bytes[0]},${bytes[1]},${body.length}`;
  switch (kind) {
    case '2,1,8': if (body.readUInt32LE(0) === PNP0A03) return { type: 'pci-root', uid: body.readUInt32LE(4) }; break;
    case '1,1,2': return { type: 'pci', fn: body.readUInt8(0), device: body.readUInt8(1) };
    case '3,18,6': return { type: 'sata', port: body.readUInt16LE(0), multiplierPort: body.readUInt16LE(2), lun: body.readUInt16LE(4) };
    case '4,1,38': {
      const place = { type: 'hd' as const, partition: body.readUInt32LE(0), start: Number(body.readBigUInt64LE(4)), size: Number(body.readBigUInt64LE(12)) };
      return body.readUInt8(36) === MBR ? { ...place, mbrSignature: body.readUInt32LE(20) } : { ...place, guid: guidText(body.subarray(20, 36)) };
    }
    case '4,7,16': return { type: 'fv', guid: guidText(body) };
    case '4,6,16': return { type: 'fv-file', guid: guidText(body) };
    case '1,4,16': return { type: 'vendor-hardware', guid: guidText(body) };
    default: if (bytes[0] === 4 && bytes[1] === 4) return { type: 'file', path: body.toString('utf16le').replace(/\0[^]*$/, '') };
  }
  throw new EfiError('UNSUPPORTED', `a device path node of type ${bytes[0]}, subtype ${bytes[1]} and ${bytes.length} bytes is not known here`);
}

function framed(type: number, subtype: number, body: Uint8Array): Uint8Array {
  const size = body.length + 4;
  return Buffer.concat([Uint8Array.from([type, subtype, size & 0xff, size >> 8]), body]);
}

const words = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);
const long = (value: number): Uint8Array => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
const halves = (...values: number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);
