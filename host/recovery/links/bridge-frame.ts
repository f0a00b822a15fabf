// A frame between bridges on a shared line: an IPMI request with the function Bridge and a command of the range that is
// left to manufacturers, whose data has 16-bit addresses and a checksum that is stronger than IPMI's.
//
//   to u16 | from u16 | body | CRC-32 of command, to, from and body
//
// The bytes that ICMB itself has here are not public; README.md says what is known and what is ours.
import { crc32 } from 'node:zlib';
import { decodeIpmiRequest, encodeIpmiRequest, IPMI_OVERHEAD } from './ipmi-message.ts';

/** What a frame carries. The values are commands of the function Bridge. */
export const FRAME_KINDS = { message: 0xc0, segment: 0xc1 } as const;
export type FrameKind = keyof typeof FRAME_KINDS;

/** The address of everyone. */
export const EVERYONE = 0xffff;

export interface BridgeFrame {
  readonly kind: FrameKind;
  readonly to: number;
  readonly from: number;
  readonly body: Uint8Array;
}

const BRIDGE = 0x02;
const CONTROLLER = 0x20;
const ADDRESSES = 4;
const CHECK = 4;

/** No body is longer: a segment with its header. */
export const BODY_LIMIT = 2048 + 28;
/** No frame is longer, as the framer sees it. */
export const FRAME_LIMIT = IPMI_OVERHEAD + ADDRESSES + BODY_LIMIT + CHECK;

const checkOf = (command: number, covered: Uint8Array): number => crc32(covered, crc32(Uint8Array.of(command)));

/** The bytes of a frame; `sequence` counts the frames of a machine. */
export function encodeBridgeFrame({ kind, to, from, body }: BridgeFrame, sequence: number): Uint8Array {
  const data = Buffer.alloc(ADDRESSES + body.length + CHECK);
  data.writeUInt16LE(to, 0);
  data.writeUInt16LE(from, 2);
  data.set(body, ADDRESSES);
  const command = FRAME_KINDS[kind];
  data.writeUInt32LE(checkOf(command, data.subarray(0, -CHECK)), ADDRESSES + body.length);
  return encodeIpmiRequest({ responder: CONTROLLER, netFn: BRIDGE, responderLun: 0, requester: CONTROLLER, sequence: sequence & 63, requesterLun: 0, command, data });
}

/** The frame, or undefined when it is noise, something else on the line, or from an address that no machine has. */
export function decodeBridgeFrame(bytes: Uint8Array): BridgeFrame | undefined {
  const request = decodeIpmiRequest(bytes);
  if (request === undefined || request.netFn !== BRIDGE || request.data.length < ADDRESSES + CHECK) return undefined;
  const kind = request.command === FRAME_KINDS.message ? 'message' : request.command === FRAME_KINDS.segment ? 'segment' : undefined;
  const data = Buffer.from(request.data.buffer, request.data.byteOffset, request.data.length);
  const end = data.length - CHECK;
  if (kind === undefined || data.readUInt32LE(end) !== checkOf(request.command, data.subarray(0, end))) return undefined;
  const [to, from] = [data.readUInt16LE(0), data.readUInt16LE(2)];
  if (from === 0 || from === EVERYONE || to === 0) return undefined;
  return { kind, to, from, body: data.subarray(ADDRESSES, end) };
}
