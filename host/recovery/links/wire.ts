// Who sends when on a line, and what: the contract between a machine's frames and the two kinds of line, one that several
// machines share and one that leads to a single other machine.

/** What became of a frame: whole on the line, not sent because another machine spoke, or cut by noise. */
export type FrameEnd = 'sent' | 'taken' | 'disturbed';

/** One frame as characters. */
export interface WireFrame {
  readonly characters: Uint8Array;
  /** Whether the line is given up behind it. */
  readonly endsTurn: boolean;
  ended(how: FrameEnd): void;
}

/** Where the frames come from. They are made when they can be sent, so that none is old. */
export interface FrameSupply {
  readonly hasFrames: boolean;
  /** The next frame; `isFirst` begins a turn. */
  take(isFirst: boolean): WireFrame | undefined;
}

export interface Wire {
  /** When something was heard last. */
  readonly heardAtMs: number;
  readonly isSending: boolean;
  /** There may be something to send. */
  stir(): void;
  /** This machine was asked, or has got an answer and goes on: the line is its own. */
  reply(why: 'answer' | 'go-on'): void;
  /** Characters have come. */
  heard(bytes: Uint8Array): void;
  close(): void;
}
