// One image that the controller fetches itself: downloading, then pushing. Its task exists before there is an upgrade,
// and leads to the upgrade's once the lock is held.
import { randomBytes } from 'node:crypto';
import { readAttachment } from '../../trust/attached-signature.ts';
import { MAXIMUM_FILE_SIZE } from '../../trust/text-lines.ts';
import type { ManagementIdentity } from '../management.ts';
import { fetchFile, FetchFailed, shownUrl, type WebRules } from '../web-request.ts';
import type { ImagePushes } from './image-push.ts';
import { message, type Message } from './message.ts';
import { RedfishError } from './redfish-error.ts';
import { readImage } from './signed-image.ts';
import { isAllowedAddress } from './simple-update-address.ts';
import { INVENTORY_PATH, memberPath } from './software-inventory.ts';
import { because } from './task-messages.ts';
import type { TaskFacts } from './task-resource.ts';
import type { UpdateParameters } from './update-parameters.ts';
import { uploadRefusal } from './upload-parts.ts';
import { readSmall, type SpooledFile, TooLarge } from './upload-spool.ts';

export interface DownloadOrder {
  readonly url: URL;
  readonly parameters: UpdateParameters;
  readonly user: string;
  /** Bytes that the file may have, its signature included. */
  readonly limit: number;
  readonly mayAskLoopback: boolean;
}

export interface DownloadTools {
  readonly file: SpooledFile;
  readonly pushes: ImagePushes;
  readonly identity: ManagementIdentity;
  readonly now: () => Date;
}

/** A download may not take longer, however it trickles. */
const TIME_LIMIT_MS = 3_600_000;

export class Download {
  readonly id = `download-${randomBytes(4).toString('hex')}`;
  readonly order: DownloadOrder;
  readonly #tools: DownloadTools;
  readonly #stop = new AbortController();
  readonly #startedAt: Date;
  #endedAt: Date | undefined;
  #expected: number | undefined;
  #upgrade: string | undefined;
  #failure: readonly Message[] | undefined;

  constructor(order: DownloadOrder, tools: DownloadTools) {
    this.order = order;
    this.#tools = tools;
    this.#startedAt = tools.now();
  }

  /** The upgrade that it has become. */
  get upgrade(): string | undefined {
    return this.#upgrade;
  }

  get isOver(): boolean {
    return this.#endedAt !== undefined;
  }

  /** Fetches and pushes; never throws. Answers what failed, if something did. */
  async run(): Promise<string | undefined> {
    const { file, pushes, identity, now } = this.#tools;
    try {
      const signature = await this.#fetch();
      const { user, parameters } = this.order;
      const image = await readImage(file, { name: this.#name, signature, parameters, user }, identity);
      this.#stop.signal.throwIfAborted();
      const { upgrade, done } = await pushes.start(image, file);
      this.#upgrade = upgrade;
      await done;
      return undefined;
    } catch (error) {
      file.remove();
      this.#failure = this.#messagesOf(error);
      return this.#failure.map(({ Resolution }) => Resolution).join(' ');
    } finally {
      this.#endedAt = now();
    }
  }

  /** Stops the download. What is pushed already is the upgrade's. */
  cancel(): void {
    this.#stop.abort();
  }

  /** The task until there is an upgrade. */
  facts(): TaskFacts {
    const part = this.#expected === undefined || this.#expected === 0 ? 0 : this.#tools.file.size / this.#expected;
    const isCancelled = this.#stop.signal.aborted;
    return {
      id: this.id,
      name: `Download of ${shownUrl(this.order.url)} by ${this.order.user}`,
      state: this.#failure === undefined ? 'Running' : isCancelled ? 'Cancelled' : 'Exception',
      status: this.#failure === undefined ? 'OK' : isCancelled ? 'Warning' : 'Critical',
      percent: Math.floor(Math.min(part, 1) * DOWNLOAD_SHARE * 100),
      startTime: this.#startedAt.toISOString(),
      endTime: this.#endedAt?.toISOString(),
      messages: this.#failure ?? [],
      detail: {
        Upgrade: this.#upgrade ?? null, Origin: 'remote', User: this.order.user, State: this.#failure === undefined ? 'downloading' : isCancelled ? 'cancelled' : 'failed',
        ReceivedBytes: this.#tools.file.size, ExpectedBytes: this.#expected ?? null,
      },
    };
  }

  get #name(): string {
    return this.order.url.pathname.split('/').at(-1)?.slice(0, 64) || 'image';
  }

  /** The image goes to the spool; answers its signature when it lies beside it and is not attached. */
  async #fetch(): Promise<Uint8Array | undefined> {
    const { file } = this.#tools;
    const { url, limit, mayAskLoopback } = this.order;
    const rules: WebRules = { mayAsk: (address) => isAllowedAddress(address, mayAskLoopback), signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(TIME_LIMIT_MS)]) };
    const response = await fetchFile(url, rules);
    const size = Number(response.headers['content-length'] ?? Number.NaN);
    if (Number.isSafeInteger(size)) this.#expected = size;
    await file.receive(response, limit);
    if (Number.isSafeInteger(size) && file.size !== size) throw new FetchFailed(`${shownUrl(url)}: expected ${size} bytes, got ${file.size}`);
    if (readAttachment(file.read, file.size, this.#name) !== undefined) return undefined;
    return fetchSignature(url, rules);
  }

  #messagesOf(error: unknown): readonly Message[] {
    const { parameters: { component }, limit } = this.order;
    const target = component === undefined ? INVENTORY_PATH : memberPath(component);
    const failed = (text: string, word: string): readonly Message[] => [because(message('Update', 'TransferFailed', this.#name, target), word, text)];
    if (this.#stop.signal.aborted) return failed('the download was cancelled; nothing was changed', 'aborted');
    if (error instanceof FetchFailed) return failed(`${error.message}; nothing was changed`, 'download-failed');
    if (error instanceof RedfishError) return error.messages;
    if (error instanceof TooLarge || (error as NodeJS.ErrnoException).errno !== undefined) return uploadRefusal(error, limit).messages;
    return failed(`${(error as Error).message}; nothing was changed`, 'download-failed');
  }
}

/** How much of a task the download is. */
export const DOWNLOAD_SHARE = 0.3;

/** `ImageURI` with `.minisig`; undefined when the server has none. */
async function fetchSignature(url: URL, rules: WebRules): Promise<Uint8Array | undefined> {
  const beside = new URL(url);
  beside.pathname += '.minisig';
  try {
    return await readSmall(await fetchFile(beside, rules), MAXIMUM_FILE_SIZE);
  } catch (error) {
    if (error instanceof FetchFailed && (error.status === 404 || error.status === 410)) return undefined;
    if (error instanceof TooLarge) throw new FetchFailed(`${shownUrl(beside)}: a signature: ${error.message}`);
    throw error;
  }
}
