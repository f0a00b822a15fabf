// What is kept of an upgrade: its id, whoever asks for it, on the console, in the report, the log, the Redfish task and
// the page. Plain data; upgrade-history.ts writes it.

/** `reverted`: all was stored, and an image did not hold its trial. */
export type UpgradeState = 'running' | 'done' | 'failed' | 'aborted' | 'abandoned' | 'interrupted' | 'reverted';

export interface UpgradeImage {
  readonly component: string;
  readonly version: string;
  readonly size: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  readonly slot: number;
  /** Bytes that were there when it began. */
  readonly resumed: number;
  readonly state: 'receiving' | 'storing' | 'stored' | 'failed';
  /** A word of the core's `Completion`; `ok` when it has not failed. */
  readonly completion: string;
  readonly equal: number;
  readonly flashMs: number;
}

export interface UpgradeRecord {
  /** Eight hexadecimal digits. */
  readonly id: string;
  /** unknown, before-os, after-os, remote, or repair: finished by the device itself. */
  readonly origin: string;
  readonly user: string | undefined;
  readonly session: string;
  readonly state: UpgradeState;
  readonly startedAt: string;
  /** Undefined while it runs. */
  readonly endedAt: string | undefined;
  /** Images announced. */
  readonly imageCount: number;
  readonly images: readonly UpgradeImage[];
  /** What has to be reset for the stored images to run. */
  readonly resets: { readonly device: boolean; readonly host: boolean };
  /** One sentence, the last event of it. */
  readonly text: string;
  /** SHA-256 of its newest entry in the transcript: who knows it can see that an export of the upgrade is whole. */
  readonly head?: string;
}
