// A serial line in memory, for simulations: several ends on one pair of wires, character by character in virtual time. All
// ends hear every character, the one that sends it, too. Characters that overlap spoil each other, unless they are the
// same at the same time. With `isDuplex`, each end hears the others only, and nothing overlaps: a cable between two.
import type { Clock } from './clock.ts';
import { characterMs, type SerialLine } from './serial-line.ts';

/** Chances of a character, from 0 to 1. */
export interface BusFaults {
  /** One of its bits is another one, for all. */
  readonly flipped?: number;
  /** One end does not hear it. */
  readonly missed?: number;
  /** Behind it comes a character that nobody has sent. */
  readonly invented?: number;
}

export interface EmulatedBusOptions {
  readonly clock: Clock;
  readonly baud: number;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly faults?: BusFaults;
  readonly isDuplex?: boolean;
  /** Milliseconds until an end hears what was on the wire. */
  readonly latencyMs?: number;
}

interface Character {
  readonly byte: number;
  readonly start: number;
}

interface End {
  /** Characters that are not wholly on the wire yet, or that may still spoil another one. */
  readonly sent: Character[];
  freeAt: number;
  take: ((bytes: Uint8Array) => void) | undefined;
  heard: number[];
  isGone: boolean;
}

/** Characters that a serial port collects before it tells. */
const COLLECTED = 16;
/** The part of a bit by which two characters may differ and still be one. */
const SAME = 1 / 160;

export class EmulatedBus {
  readonly #options: EmulatedBusOptions;
  readonly #characterMs: number;
  readonly #ends: End[] = [];
  readonly #settled = new WeakSet<Character>();
  #takeBack: (() => void) | undefined;
  /** May be changed while it runs. */
  faults: BusFaults;
  /** Characters sent, and those of them that overlapped. */
  characters = 0;
  collisions = 0;

  constructor(options: EmulatedBusOptions) {
    this.#options = options;
    this.#characterMs = characterMs(options.baud);
    this.faults = options.faults ?? {};
  }

  /** A new end. */
  end(name: string): SerialLine {
    const { clock, baud } = this.#options;
    const end: End = { sent: [], freeAt: 0, take: undefined, heard: [], isGone: false };
    this.#ends.push(end);
    return {
      name, baud,
      write: async (bytes) => {
        if (end.isGone) throw new Error(`${name}: the line is gone`);
        this.#settle();
        let start = Math.max(end.freeAt, clock.now());
        for (const byte of bytes) {
          end.sent.push({ byte, start });
          start += this.#characterMs;
        }
        end.freeAt = start;
        this.#arm();
        await new Promise<void>((resolve) => { clock.after(start - clock.now(), resolve); });
      },
      hear: (take) => { end.take = take; },
      close: async () => {
        end.isGone = true;
        end.sent.length = 0;
        this.#ends.splice(this.#ends.indexOf(end), 1);
      },
    };
  }

  /** What is whole on the wire until now is heard. */
  #settle(): void {
    const until = this.#options.clock.now() + this.#characterMs / 1e6;
    const done = this.#ends.flatMap((end) => end.sent.filter(({ start }) => start + this.#characterMs <= until).map((character) => ({ end, character })));
    done.sort((one, other) => one.character.start - other.character.start);
    const told = new Set<Character>();
    for (const { end, character } of done) if (!told.has(character)) this.#hear(end, character, told);
    for (const end of this.#ends) {
      // The last one stays for as long as another one can overlap it.
      while (end.sent[0] !== undefined && end.sent[0].start + 2 * this.#characterMs <= until) end.sent.shift();
    }
    for (const end of this.#ends) this.#tell(end);
  }

  #hear(from: End, character: Character, told: Set<Character>): void {
    if (this.#settled.has(character)) return;
    this.#settled.add(character);
    this.characters += 1;
    const others = this.#options.isDuplex === true ? [] : this.#ends.filter((end) => end !== from).flatMap(({ sent }) => sent.filter(({ start }) => Math.abs(start - character.start) < this.#characterMs));
    const isSame = others.every(({ byte, start }) => byte === character.byte && Math.abs(start - character.start) <= this.#characterMs * SAME);
    // The same character of two ends is one character.
    if (isSame) for (const other of others) {
      told.add(other);
      this.#settled.add(other);
    }
    if (others.length > 0) this.collisions += 1;
    this.#put(from, isSame ? character.byte : Math.floor(this.#options.random() * 256));
  }

  #put(from: End, byte: number): void {
    const { random, isDuplex } = this.#options;
    const { flipped = 0, missed = 0, invented = 0 } = this.faults;
    const carried = random() < flipped ? byte ^ (1 << Math.floor(random() * 8)) : byte;
    const extra = random() < invented ? [Math.floor(random() * 256)] : [];
    for (const end of this.#ends) {
      if (isDuplex === true && end === from) continue;
      if (random() >= missed) end.heard.push(carried);
      end.heard.push(...extra);
    }
  }

  #tell(end: End): void {
    if (end.heard.length === 0 || end.take === undefined) return;
    const bytes = Uint8Array.from(end.heard);
    end.heard = [];
    const { clock, latencyMs = 0 } = this.#options;
    // Never within the call of an end: what it does then could not be told from what it did before.
    clock.after(latencyMs, () => end.isGone || end.take?.(bytes));
  }

  /** Looks again when a port has collected its characters, or when an end has sent its last one. */
  #arm(): void {
    this.#takeBack?.();
    const now = this.#options.clock.now();
    const times = this.#ends.flatMap(({ sent }) => {
      const left = sent.filter((character) => !this.#settled.has(character));
      const [at] = [left[Math.min(COLLECTED, left.length) - 1]];
      return at === undefined ? [] : [at.start + this.#characterMs];
    });
    if (times.length === 0) return;
    this.#takeBack = this.#options.clock.after(Math.min(...times) - now, () => {
      this.#settle();
      this.#arm();
    });
  }
}
