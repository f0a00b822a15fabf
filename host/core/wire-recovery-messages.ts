// The recovery messages as plain objects. assembly/wire/README.md says what each field means.

/** As the core spells them. */
export type RecoveryReasonName = 'Corrupt' | 'Dead' | 'Unfinished' | 'Empty' | 'Outdated' | 'Ordered';
export type DonorClassName = 'Peer' | 'Console';
export type DeclineReasonName = 'Busy' | 'NotHeld' | 'NotTrusted' | 'TookAnother';
export type RecoveryAskName = 'Digests' | 'Bytes';
export type RecoveryResultName = 'Complete' | 'GaveUp' | 'Damaged' | 'Failed';

export interface RecoveryRequest {
  /** Stands for platform and component, 16 bytes. */
  readonly compatible: Uint8Array;
  /** The beginning of the digest that is wanted, 16 bytes; zeros for any. */
  readonly wanted: Uint8Array;
  /** The lowest security number that is of use. */
  readonly floor: number;
  readonly slotSize: number;
  readonly reason: RecoveryReasonName;
  /** 0 at first; more when the offers before led to nothing. */
  readonly round: number;
  /** 8 bytes. */
  readonly nonce: Uint8Array;
}

export interface RecoveryOffer {
  /** 8 bytes. */
  readonly donor: Uint8Array;
  readonly digest: Uint8Array;
  readonly security: number;
  readonly size: number;
  readonly class: DonorClassName;
  /** From 0 to 255: full. */
  readonly load: number;
  /** Power of two, in KiB a second. */
  readonly rate: number;
  /** Seconds for which it holds. */
  readonly lives: number;
  /** Of the request. */
  readonly nonce: Uint8Array;
  /** Where the upload is had. */
  readonly port: number;
}

export interface RecoveryAccept {
  readonly digest: Uint8Array;
  readonly nonce: Uint8Array;
  readonly donor: Uint8Array;
  readonly next: number;
  readonly chunkSize: number;
  readonly window: number;
}

export interface RecoveryDecline {
  readonly digest: Uint8Array;
  readonly reason: DeclineReasonName;
}

export interface RecoveryStatement {
  readonly nonce: Uint8Array;
  readonly imageSize: number;
  /** The signature file. */
  readonly signature: Uint8Array;
}

export interface RecoveryAcknowledge {
  readonly next: number;
  readonly mask: number;
}

export interface RecoveryData {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface RecoveryDone {
  readonly result: RecoveryResultName;
}

export interface RecoveryReport {
  readonly nonce: Uint8Array;
  /** Zeros when another source has helped. */
  readonly donor: Uint8Array;
  /** Zeros when there was none. */
  readonly before: Uint8Array;
  readonly digest: Uint8Array;
  readonly ms: number;
  readonly bytes: number;
  readonly result: RecoveryResultName;
  readonly reason: RecoveryReasonName;
}

/** Blocks that follow each other. */
export interface BlockRange {
  readonly first: number;
  readonly blocks: number;
}

export interface RecoveryAsk {
  readonly what: RecoveryAskName;
  /** 4,096 or 65,536 bytes. */
  readonly blockSize: number;
  /** In the order of the image. */
  readonly ranges: readonly BlockRange[];
}

export interface RecoveryDigests {
  /** The first block of the ask. */
  readonly first: number;
  /** Eight bytes each, as the core makes them. */
  readonly digests: Uint8Array;
}

export interface RecoveryBlocks {
  /** The first block of the ask. */
  readonly first: number;
  /** Bytes of image. */
  readonly size: number;
  /** 0: the bytes as they are; 1: an LZ4 block. */
  readonly encoding: number;
  readonly bytes: Uint8Array;
}

/** The fields of every message, by the word of its type. */
export interface RecoveryMessages {
  readonly request: RecoveryRequest;
  readonly offer: RecoveryOffer;
  readonly accept: RecoveryAccept;
  readonly decline: RecoveryDecline;
  readonly statement: RecoveryStatement;
  readonly acknowledge: RecoveryAcknowledge;
  readonly data: RecoveryData;
  readonly done: RecoveryDone;
  readonly report: RecoveryReport;
  readonly ask: RecoveryAsk;
  readonly digests: RecoveryDigests;
  readonly blocks: RecoveryBlocks;
}

export type RecoveryMessageName = keyof RecoveryMessages;

/** One message. */
export type RecoveryMessage = {
  readonly [Name in RecoveryMessageName]: { readonly name: Name; readonly id: number; readonly fields: RecoveryMessages[Name] };
}[RecoveryMessageName];
