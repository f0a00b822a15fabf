// A line to one other machine, with a way for each direction: whoever has something to send sends it.
import type { Clock } from './clock.ts';
import type { SerialLine } from './serial-line.ts';
import type { FrameSupply, Wire } from './wire.ts';

/** A line that is gone is tried again after so long. */
const GONE_MS = 1000;

export class OwnWire implements Wire {
  readonly #line: SerialLine;
  readonly #clock: Clock;
  readonly #supply: FrameSupply;
  #takeBack: (() => void) | undefined;
  #isClosed = false;
  isSending = false;
  heardAtMs: number;

  constructor(line: SerialLine, clock: Clock, supply: FrameSupply) {
    this.#line = line;
    this.#clock = clock;
    this.#supply = supply;
    this.heardAtMs = clock.now();
  }

  stir(): void {
    if (this.isSending || this.#takeBack !== undefined || this.#isClosed) return;
    this.isSending = true;
    void this.#send();
  }

  reply(): void {
    this.stir();
  }

  heard(): void {
    this.heardAtMs = this.#clock.now();
  }

  close(): void {
    this.#isClosed = true;
    this.#takeBack?.();
  }

  async #send(): Promise<void> {
    for (let frame = this.#supply.take(true); frame !== undefined && !this.#isClosed; frame = this.#supply.take(true)) {
      try {
        await this.#line.write(frame.characters);
        frame.ended('sent');
      } catch {
        frame.ended('taken');
        this.isSending = false;
        this.#takeBack = this.#clock.after(GONE_MS, () => {
          this.#takeBack = undefined;
          this.stir();
        });
        return;
      }
    }
    // In the same step as the last look: what comes up from now on stirs anew.
    this.isSending = false;
  }
}
