// A request as IPMI's serial and bus interfaces carry it (IPMI 2.0 section 14.4.1, table 14-7):
//
//   rsSA | NetFn, rsLUN | checksum | rqSA | rqSeq, rqLUN | cmd | data | checksum

export interface IpmiRequest {
  /** Addresses as they stand on the wire: 20h is a management controller. */
  readonly responder: number;
  readonly netFn: number;
  readonly responderLun: number;
  readonly requester: number;
  /** From 0 to 63. */
  readonly sequence: number;
  readonly requesterLun: number;
  readonly command: number;
  readonly data: Uint8Array;
}

/** Bytes of a request besides its data. */
export const IPMI_OVERHEAD = 7;

/** The two's complement of the sum: with it, the bytes add up to 0 modulo 256. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return -sum & 0xff;
}

export function encodeIpmiRequest({ responder, netFn, responderLun, requester, sequence, requesterLun, command, data }: IpmiRequest): Uint8Array {
  const bytes = new Uint8Array(IPMI_OVERHEAD + data.length);
  bytes.set([responder, (netFn << 2) | responderLun, 0, requester, (sequence << 2) | requesterLun, command]);
  bytes.set(data, 6);
  bytes[2] = checksum(bytes.subarray(0, 2));
  bytes[bytes.length - 1] = checksum(bytes.subarray(3, -1));
  return bytes;
}

/** The request, or undefined when it is too short or a checksum is wrong. Its data lies in `bytes`. */
export function decodeIpmiRequest(bytes: Uint8Array): IpmiRequest | undefined {
  if (bytes.length < IPMI_OVERHEAD || checksum(bytes.subarray(0, 3)) !== 0 || checksum(bytes.subarray(3)) !== 0) return undefined;
  const [responder = 0, function_ = 0, , requester = 0, sequence = 0, command = 0] = bytes;
  return {
    responder, netFn: function_ >> 2, responderLun: function_ & 3, requester, sequence: sequence >> 2, requesterLun: sequence & 3, command, data: bytes.subarray(6, -1),
  };
}
