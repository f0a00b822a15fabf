// What ends a power-on. It is thrown through everything that runs, so that nothing of a machine outlives its power.

/** EFI_RESET_TYPE, without platform-specific resets: nothing here has any. */
export type ResetType = 'cold' | 'warm' | 'shutdown';

/** How a power-on ended. `stop`: the one who runs the machine asked for it. */
export type PowerEnd =
  | { readonly kind: 'os' }
  | { readonly kind: 'reset'; readonly type: 'cold' | 'warm'; readonly byWatchdog?: true }
  | { readonly kind: 'shutdown'; readonly stopped: boolean };

/** Thrown, and caught by `powerOn` only. No `Error`: nothing failed. */
export class PowerEvent {
  readonly end: PowerEnd;
  constructor(end: PowerEnd) {
    this.end = end;
  }
}
