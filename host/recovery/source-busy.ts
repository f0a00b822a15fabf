// Whoever could bring the image serves others now. That is nobody's failure and counts as none: it is asked again later.

export class SourceBusy extends Error {
  /** After so long it is worth to ask again. */
  readonly waitMs: number;

  constructor(message: string, waitMs: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SourceBusy';
    this.waitMs = waitMs;
  }
}
