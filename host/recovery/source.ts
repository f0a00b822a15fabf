// CONTRACT between the agent and the places from which an image can come. A source finds and carries bytes; it decides
// nothing, and nothing that it says is believed: the agent verifies the signature, and the controller does so again.
import type { TrustedComment } from '../trust/trusted-comment.ts';

/** Where a resumed fetch may begin: the spool is written and remembered in blocks of this size. */
export const RECOVERY_BLOCK = 64 * 1024;

/** Why an image is needed. */
export type NeedReason = 'corrupt' | 'dead' | 'unfinished' | 'empty' | 'outdated' | 'ordered';

/** `directory` and `fat-image` are this machine's, `host` is the host's storage over the bus, `web` is a server, `peers` are other machines (host/recovery/peers). */
export type SourceKind = 'directory' | 'fat-image' | 'host' | 'web' | 'peers';

/** What the machine needs, as it is told to every source. */
export interface RecoveryNeed {
  readonly component: string;
  readonly platform: string;
  readonly reason: NeedReason;
  /** When the configuration or an order names one. `sha256` is 64 hexadecimal digits. */
  readonly wanted?: { readonly version?: string; readonly sha256?: string };
  /** A person has named what is wanted: nothing else will do, whatever the reason. */
  readonly isNamed?: boolean;
  /** The lowest security number that the component takes. */
  readonly floor: number;
  readonly slotSize: number;
  /** What runs, or what should run by the records. */
  readonly running?: { readonly version: string; readonly sha256: string };
}

/** What a source says of itself and of the way to it. All of it may be a lie: it ranks, it never permits. */
export interface CandidateTerms {
  /** The kind of link: `lan`, `icmb`. */
  readonly link?: string;
  /** What the donor says that it is. */
  readonly class?: 'Peer' | 'Console';
  /** Bytes a second that the way to it carries at most, as far as this machine itself knows. */
  readonly linkRate?: number;
  /** Bytes per second. */
  readonly ratePerSecond?: number;
  /** Of the donor, from 0 to 255. */
  readonly load?: number;
  /** Who offers: a donor's name or id, for people and for cool-downs. */
  readonly donor?: string;
}

/** One image that one source has. */
export interface Candidate {
  /** Names it within its source: a path, an address, a donor's id. The same image in the same place has the same id. */
  readonly id: string;
  /** The source's name in recovery.ini. */
  readonly source: string;
  readonly kind: SourceKind;
  /** What its signature says; not verified by the source. */
  readonly statement: TrustedComment;
  /** The .minisig file. */
  readonly signature: Uint8Array;
  /** Bytes that the source would send. */
  readonly size: number;
  readonly terms: CandidateTerms;
}

/** What became of a recovery. */
export interface RecoveryOutcome {
  readonly component: string;
  readonly reason: NeedReason;
  /** `failed`: an image was written with which the host does not come up. */
  readonly result: 'well' | 'given-up' | 'failed';
  /** Digests, 64 hexadecimal digits; empty: no image. */
  readonly before: string;
  readonly now: string;
  /** The candidate that has helped: its source, and its id there. */
  readonly source: string | undefined;
  readonly id: string | undefined;
  /** That were fetched, whoever has sent them. */
  readonly bytes: number;
  /** Since it was found to be needed. */
  readonly ms: number;
}

/** Takes a piece. Pieces come in order and without gaps, from `from` on. */
export type TakeBytes = (offset: number, bytes: Uint8Array) => void;

/** Something that the machine holds already, whole or not: a slot. What it holds is not known. */
export interface ImageBase {
  readonly size: number;
  /** Throws when it can not be read. */
  read(offset: number, into: Uint8Array): void;
}

/** What a source may use that can do with less than the whole image. */
export interface FetchHelp {
  /**
   * What need not come again: what is taken from there is only as good as the digest of the whole image says. Undefined
   * after that has proved wrong: every byte has to come then.
   */
  readonly bases: readonly ImageBase[] | undefined;
  /** To be told of bytes that have come over a link, whatever they were. A source that has none need not. */
  came(bytes: number): void;
}

/** A place from which images come. Both calls end soon after the signal, by throwing. */
export interface Source {
  readonly name: string;
  readonly kind: SourceKind;
  /** The least time that a find needs, when the way is slow. */
  readonly leastFindMs?: number;
  /** It can be asked only while the host is held off. */
  readonly holdsHost?: boolean;
  /** What it has for this need, whatever its versions. Throws when the place can not be reached or read. */
  find(need: RecoveryNeed, signal: AbortSignal): Promise<readonly Candidate[]>;
  /**
   * Brings the image's bytes from `from` on, a multiple of `RECOVERY_BLOCK`, to its end. What `into` throws ends it and
   * comes out. Throws when not all of it came; what was taken until then is kept.
   */
  fetch(candidate: Candidate, from: number, into: TakeBytes, signal: AbortSignal, help?: FetchHelp): Promise<void>;
  /** Tells others what became of a recovery, whichever source has helped. Promises nothing. */
  report?(outcome: RecoveryOutcome): void | Promise<void>;
  /** Ends what it holds: sockets, files. */
  close?(): void | Promise<void>;
}
