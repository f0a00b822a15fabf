/**
 * The numbers of the recovery messages, by which a machine gets an image from its neighbours. They continue those of
 * `MessageType`: no number stands for two messages. Since version 2. Append only, all of them.
 */

/** None of them is a response: the header's response bit is never set, and each side counts its own ids. */
export enum RecoveryMessage {
  /** Recipient to everyone: who has an image for this? */
  Request = 16,
  /** Donor to everyone: I have one. Never longer than the request. */
  Offer = 17,
  /** Recipient to donor: show me the statement of that one. */
  Accept = 18,
  /** Either to the other: no, and why. */
  Decline = 19,
  /** Donor to recipient: the signature file, before any byte of the image. */
  Statement = 20,
  /** Recipient to donor: what has arrived; it grants the next window. The first one starts the upload. */
  Acknowledge = 21,
  /** Donor to recipient: one chunk. */
  Data = 22,
  /** Recipient to donor: how it ended. */
  Done = 23,
  /** Recipient to everyone: what became of the machine. */
  Report = 24,
  /** Recipient to donor, in place of acknowledge: digests, or bytes, of these blocks. The first one starts the upload. */
  Ask = 25,
  /** Donor to recipient: the digests that were asked for. */
  Digests = 26,
  /** Donor to recipient: the bytes that were asked for, packed where that makes them fewer. */
  Blocks = 27,
}

/** What an ask asks for. */
export enum RecoveryAsk {
  Digests = 1,
  Bytes = 2,
}

/** Why an image is needed. */
export enum RecoveryReason {
  /** The flash does not hold what the records say. */
  Corrupt = 1,
  /** The host does not start. */
  Dead = 2,
  /** A write was cut, and what it was made from is gone. */
  Unfinished = 3,
  /** There never was an image. */
  Empty = 4,
  /** A newer one is wanted. */
  Outdated = 5,
  /** Someone has ordered it. */
  Ordered = 6,
}

/** What a donor is. */
export enum DonorClass {
  /** The management controller of another machine. */
  Peer = 1,
  /** A console that only donates. */
  Console = 2,
}

/** Why not. */
export enum DeclineReason {
  /** As many uploads as the donor allows are under way. Temporary. */
  Busy = 1,
  /** The donor does not hold such an image, or its file has changed since it was verified. */
  NotHeld = 2,
  /** The statement is not what was offered, or no trusted key has signed it. */
  NotTrusted = 3,
  /** Another offer was taken. */
  TookAnother = 4,
}

/** How an upload, or a recovery, ended. */
export enum RecoveryResult {
  /** Every byte is there; of a recovery: the machine is well again. */
  Complete = 0,
  /** The recipient has given up: too slow, or asked to stop. */
  GaveUp = 1,
  /** What came was not what was accepted. */
  Damaged = 2,
  /** It was written, and the machine is not well. */
  Failed = 3,
}

/** Bytes of the hash that stands for platform and component, and of the beginning of a digest that is wanted. */
export const COMPATIBLE_SIZE: u32 = 16;
/** Bytes of a number that is drawn at random to be told from all others. */
export const NONCE_SIZE: u32 = 8;
/** Bytes of a donor's name for itself: random, another one at each start. */
export const DONOR_SIZE: u32 = 8;
/** Bytes behind each message where a group key is used: the beginning of an HMAC-SHA-256. */
export const TAG_SIZE: u32 = 16;
