/** EFI_RNG_PROTOCOL (UEFI 2.10, section 37.5) with the platform's default algorithm only. */
export interface Rng {
  /** Fills with random bytes. */
  getRng(into: Uint8Array): void;
}
