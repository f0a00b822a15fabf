/** EFI_TIMESTAMP_PROTOCOL (UEFI 2.10, section 38.1): a counter that never goes back. */
export interface Timestamp {
  getTimestamp(): bigint;
  /** Counts per second. */
  readonly frequency: bigint;
}
