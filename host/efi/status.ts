// EFI_STATUS: the codes of UEFI 2.10, appendix D, with their names and the texts that firmware prints for them.

/** The highest bit of a 64-bit EFI_STATUS tells an error from a warning or success. */
const ERROR = 1n << 63n;

/** Error codes, without the high bit: [name, code, text]. The shell's own status codes are the same numbers. */
const ERRORS = [
  ['LOAD_ERROR', 1, 'Load Error'], ['INVALID_PARAMETER', 2, 'Invalid Parameter'], ['UNSUPPORTED', 3, 'Unsupported'],
  ['BAD_BUFFER_SIZE', 4, 'Bad Buffer Size'], ['BUFFER_TOO_SMALL', 5, 'Buffer Too Small'], ['NOT_READY', 6, 'Not Ready'],
  ['DEVICE_ERROR', 7, 'Device Error'], ['WRITE_PROTECTED', 8, 'Write Protected'], ['OUT_OF_RESOURCES', 9, 'Out of Resources'],
  ['VOLUME_CORRUPTED', 10, 'Volume Corrupt'], ['VOLUME_FULL', 11, 'Volume Full'], ['NO_MEDIA', 12, 'No Media'],
  ['MEDIA_CHANGED', 13, 'Media changed'], ['NOT_FOUND', 14, 'Not Found'], ['ACCESS_DENIED', 15, 'Access Denied'],
  ['NO_RESPONSE', 16, 'No Response'], ['NO_MAPPING', 17, 'No mapping'], ['TIMEOUT', 18, 'Time out'],
  ['NOT_STARTED', 19, 'Not started'], ['ALREADY_STARTED', 20, 'Already started'], ['ABORTED', 21, 'Aborted'],
  ['ICMP_ERROR', 22, 'ICMP Error'], ['TFTP_ERROR', 23, 'TFTP Error'], ['PROTOCOL_ERROR', 24, 'Protocol Error'],
  ['INCOMPATIBLE_VERSION', 25, 'Incompatible Version'], ['SECURITY_VIOLATION', 26, 'Security Violation'], ['CRC_ERROR', 27, 'CRC Error'],
  ['END_OF_MEDIA', 28, 'End of Media'], ['END_OF_FILE', 31, 'End of File'], ['INVALID_LANGUAGE', 32, 'Invalid Language'],
  ['COMPROMISED_DATA', 33, 'Compromised Data'], ['IP_ADDRESS_CONFLICT', 34, 'IP Address Conflict'], ['HTTP_ERROR', 35, 'HTTP Error'],
] as const;

/** The name of an error code, without `EFI_`. */
export type EfiErrorName = (typeof ERRORS)[number][0];

/** The status codes that this firmware gives out, by name without `EFI_`. */
export const EfiStatus = Object.freeze({
  SUCCESS: 0n,
  ...Object.fromEntries(ERRORS.map(([name, code]) => [name, ERROR | BigInt(code)])),
}) as Readonly<Record<EfiErrorName | 'SUCCESS', bigint>>;

/** Whether a status is an error: EFI_ERROR() of the specification. */
export const isEfiError = (status: bigint): boolean => (status & ERROR) !== 0n;

/** The status without its error bit, as the shell keeps it in `%lasterror%` for its own commands. */
export const withoutErrorBit = (status: bigint): bigint => status & ~ERROR;

/** `EFI_NOT_FOUND`; a number for what has no name, as the exit code of an image. */
export function statusName(status: bigint): string {
  if (status === 0n) return 'EFI_SUCCESS';
  const found = known(status);
  return found ? `EFI_${found[0]}` : statusNumber(status);
}

/** `Not Found`, as firmware prints it; a number for what has no name. */
export function statusText(status: bigint): string {
  return status === 0n ? 'Success' : known(status)?.[2] ?? statusNumber(status);
}

/** `0x8000000000000015`, as `%lasterror%` shows it. */
export const statusNumber = (status: bigint): string => `0x${status.toString(16).toUpperCase()}`;

const known = (status: bigint) => ERRORS.find(([, code]) => status === (ERROR | BigInt(code)));

/** A service failed with this status. */
export class EfiError extends Error {
  readonly status: bigint;
  constructor(name: EfiErrorName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EfiError';
    this.status = EfiStatus[name];
  }
}
