/** The numbers that both ends share. Append only; a number that has been released never changes its meaning. */

/** The newest version of the protocol that this code speaks, and the oldest. */
export const PROTOCOL_VERSION: u32 = 3;
export const LOWEST_VERSION: u32 = 1;
/** Set in a header's type when the message answers another. */
export const RESPONSE: u32 = 0x80;
/** The most bytes of image that one message carries. */
export const MAXIMUM_CHUNK: u32 = 65536;
/** The most bytes of body: a chunk and the fields in front of it. */
export const MAXIMUM_BODY: u32 = 65536 + 16;
/** The most chunks that may be under way: one, and as many more as a mask has bits. */
export const MAXIMUM_WINDOW: u32 = 32;

/** Bytes of a component's name, padded with zeros. At least one zero ends it. */
export const NAME_SIZE: u32 = 16;
/** Bytes of a version, padded with zeros. At least one zero ends it. */
export const VERSION_SIZE: u32 = 32;
/** Bytes of a digest: SHA-256. */
export const DIGEST_SIZE: u32 = 32;
/** The most bytes of a signature: a file as minisign writes it. */
export const SIGNATURE_LIMIT: u32 = 2048;

/** The version that begins to know patches. */
export const PATCHES_SINCE: u32 = 3;
/** The size of a patch where there is none: the image itself is sent. */
export const NO_PATCH: u32 = 0;

export enum MessageType {
  /** Agrees on the protocol version and tells the limits of the receiving end. */
  Hello = 1,
  /** One component of the device: its slots, versions and digests. */
  Inventory = 2,
  /** Opens an upgrade of some images; takes the lock. */
  StartUpgrade = 3,
  /** Announces one image; the answer says where to go on. */
  StartFile = 4,
  /** One chunk of the image. */
  TransmitData = 5,
  /** All chunks are there: verify, store, read back. The answer is the stored acknowledgement. */
  EndFile = 6,
  /** Ends the upgrade and says when its images become active. */
  EndUpgrade = 7,
  /** Gives the upgrade up; what was received is kept for a later run, or thrown away. */
  Abort = 8,
  /** What the receiving end is doing now. Allowed at any time, from anyone. */
  Status = 9,
}

/** When the stored images become the running ones. */
export enum Activate {
  No = 0,
  Now = 1,
  /** When the device starts anew, or the host is reset. */
  NextReset = 2,
}

/** Which versions may replace the present one. Each member allows what the one before allows, too. */
export enum Allow {
  /** Only newer ones. */
  Upgrade = 0,
  /** The same version with other bytes, too. */
  Reinstall = 1,
  /** Older ones, too. */
  Downgrade = 2,
}

/** Where the sending end runs. */
export enum Origin {
  Unknown = 0,
  BeforeOs = 1,
  AfterOs = 2,
  Remote = 3,
}

/** What a slot holds. */
export enum SlotState {
  /** Nothing that was ever written whole. */
  Empty = 0,
  /** An image is being written; a power cut left it so. */
  Writing = 1,
  /** A whole image that was read back after writing. */
  Valid = 2,
  /** Writing failed; what the slot holds is undefined. */
  Failed = 3,
  /** A whole image that was on trial and did not hold. Since version 2. */
  Rejected = 4,
}

/** What the receiving end is doing. */
export enum Phase {
  Idle = 0,
  /** An upgrade is open; no file is under way. */
  Open = 1,
  Receiving = 2,
  /** The whole image is there; its digest is being computed. */
  Verifying = 3,
  /** Flash is being erased and programmed. */
  Writing = 4,
  /** The stored copy is being read back. */
  ReadingBack = 5,
  /** The file under way has been stored. */
  Stored = 6,
  /** The file under way has failed. */
  Failed = 7,
  /** The image is being made from a patch and the image that the slot holds. Since version 3. */
  Patching = 8,
}
