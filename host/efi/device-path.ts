// Device paths: which way through the machine leads to a device, an image or a file. Text form as in UEFI 2.10,
// section 10.6, binary form as in section 10.3.
import { decodeNode, encodeNode, nodeText, type DevicePathNode } from './device-path-nodes.ts';
import { EfiError } from './status.ts';

const END = Uint8Array.from([0x7f, 0xff, 4, 0]);
const END_TYPE = 0x7f;

/** A device path. Immutable. */
export class DevicePath {
  readonly nodes: readonly DevicePathNode[];

  constructor(...nodes: DevicePathNode[]) {
    this.nodes = nodes;
  }

  /** This path with more nodes behind it. */
  append(...nodes: readonly DevicePathNode[]): DevicePath {
    return new DevicePath(...this.nodes, ...nodes);
  }

  /** `PciRoot(0x0)/Pci(0x1F,0x2)/…`. */
  get text(): string {
    return this.nodes.map(nodeText).join('/');
  }

  /** The nodes that come after `other`, if this path begins with it. */
  after(other: DevicePath): DevicePath | undefined {
    const begins = other.nodes.every((node, index) => {
      const own = this.nodes[index];
      return own !== undefined && nodeText(own) === nodeText(node);
    });
    return begins ? new DevicePath(...this.nodes.slice(other.nodes.length)) : undefined;
  }

  /** The file that the nodes name, backslashes between names; undefined when they name something else. */
  get filePath(): string | undefined {
    const names = this.nodes.map((node) => (node.type === 'file' ? node.path : undefined));
    if (names.length === 0 || names.includes(undefined)) return undefined;
    return names.join('\\').replace(/\\+/g, '\\');
  }

  toBytes(): Uint8Array {
    return Buffer.concat([...this.nodes.map(encodeNode), END]);
  }

  /** Reads a path up to its end node. Unknown nodes are EFI_UNSUPPORTED, what is cut EFI_INVALID_PARAMETER. */
  static fromBytes(bytes: Uint8Array): DevicePath {
    const nodes: DevicePathNode[] = [];
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at + 4 <= bytes.length;) {
      if (bytes[at] === END_TYPE) return new DevicePath(...nodes);
      const size = view.getUint16(at + 2, true);
      if (size < 4 || size > bytes.length - at) break;
      nodes.push(decodeNode(bytes.subarray(at, at + size)));
      at += size;
    }
    throw new EfiError('INVALID_PARAMETER', 'the device path has no end node');
  }
}
