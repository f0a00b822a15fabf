// Gives images to the device and keeps what became of them: the one place on the network side that writes. A second
// writer is told who holds the lock and since when.
import type { LockHolder, Management, PushOutcome, PushRequest } from '../management.ts';
import { message } from './message.ts';
import { RedfishError } from './redfish-error.ts';
import type { SpooledFile, UploadSpool } from './upload-spool.ts';

/** A push of this process: what was asked, and how it ended. */
export interface KnownPush {
  readonly request: Pick<PushRequest, 'component' | 'version' | 'activate'>;
  readonly outcome: PushOutcome | undefined;
}

const KEPT = 64;
const RETRY_SECONDS = 30;

export class ImagePushes {
  readonly #management: Management;
  readonly #known = new Map<string, KnownPush>();

  constructor(management: Management) {
    this.#management = management;
  }

  /** Undefined for an upgrade that did not come this way, or long ago. */
  known(upgrade: string): KnownPush | undefined {
    return this.#known.get(upgrade);
  }

  /** Refuses a writer that would be the second one, before its image comes. */
  refuseSecondWriter(spool: UploadSpool): void {
    const { holder } = this.#management.snapshot();
    if (holder !== undefined) throw busy(holderText(holder));
    const other = spool.holder;
    if (other !== undefined) throw busy(`${other.user} has been sending an image since ${other.since.toISOString()} (${other.what})`);
  }

  /** Begins to send an image; answers the upgrade's id once the lock is held. The file is removed at the end, however that is. */
  async start(request: PushRequest, file: SpooledFile): Promise<{ readonly upgrade: string; readonly done: Promise<PushOutcome> }> {
    try {
      const push = await this.#management.push(request);
      if ('refused' in push) throw busy(push.holder === undefined ? push.text : holderText(push.holder));
      const { component, version, activate } = request;
      this.#keep(push.upgrade, { request: { component, version, activate }, outcome: undefined });
      const done = push.done.then(
        (outcome) => this.#ended(push.upgrade, file, outcome),
        (error: Error) => this.#ended(push.upgrade, file, { ok: false, completion: 'stopped', text: error.message }),
      );
      return { upgrade: push.upgrade, done };
    } catch (error) {
      file.remove();
      throw error;
    }
  }

  #ended(upgrade: string, file: SpooledFile, outcome: PushOutcome): PushOutcome {
    file.remove();
    const known = this.#known.get(upgrade);
    if (known !== undefined) this.#keep(upgrade, { ...known, outcome });
    return outcome;
  }

  #keep(upgrade: string, push: KnownPush): void {
    this.#known.delete(upgrade);
    this.#known.set(upgrade, push);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= KEPT) break;
      this.#known.delete(oldest);
    }
  }
}

const ORIGINS: Readonly<Record<string, string>> = { 'before-os': 'the host, before its operating system', 'after-os': 'the host\'s operating system' };

/** `upgrade 1a2b3c4d of admin holds the lock since 2026-01-02T03:04:05.000Z, for 12 s`. */
export function holderText(holder: LockHolder): string {
  const who = holder.user ?? ORIGINS[holder.origin] ?? holder.origin;
  return `upgrade ${holder.upgrade} of ${who} holds the lock since ${holder.since}, for ${Math.round(holder.heldMs / 1000)} s`;
}

/** 503 with Retry-After: the image would have to wait. */
export function busy(what: string): RedfishError {
  return new RedfishError(503, [
    { ...message('Base', 'ServiceTemporarilyUnavailable', RETRY_SECONDS), Resolution: `One image at a time: ${what}; nothing was changed. Try again when it has ended.` },
    message('Base', 'ResourceInUse'),
  ], { 'Retry-After': String(RETRY_SECONDS) });
}
