// What the update service and the task service share: the place for a file, the pushes, and the downloads.
import { ATTACHMENT_LIMIT } from '../../trust/attached-signature.ts';
import type { RedfishContext } from './context.ts';
import { ImagePushes } from './image-push.ts';
import { Download, type DownloadOrder, DOWNLOAD_SHARE } from './simple-update-task.ts';
import { isOver, type TaskFacts, taskPath, upgradeFacts } from './task-resource.ts';
import { type SpooledFile, UploadSpool } from './upload-spool.ts';

const DOWNLOADS_KEPT = 16;
const UPGRADES_SHOWN = 100;
const WORKS = new WeakMap<RedfishContext, UpdateWork>();

export class UpdateWork {
  readonly spool: UploadSpool;
  readonly pushes: ImagePushes;
  readonly #context: RedfishContext;
  readonly #downloads = new Map<string, Download>();

  constructor(context: RedfishContext) {
    this.#context = context;
    this.spool = new UploadSpool(context.temporaryDirectory, context.now);
    this.pushes = new ImagePushes(context.management);
    context.onClose(() => this.#downloads.forEach((download) => download.cancel()));
  }

  /** The one of this network side. */
  static of(context: RedfishContext): UpdateWork {
    const work = WORKS.get(context) ?? new UpdateWork(context);
    WORKS.set(context, work);
    return work;
  }

  /** Bytes that come at most: an image is as large as the largest slot, and may carry its signature. */
  imageLimit(): number {
    return Math.max(0, ...this.#context.management.snapshot().components.map(({ slotSize }) => slotSize)) + ATTACHMENT_LIMIT;
  }

  /** Begins a download; the place for the file is taken already. */
  download(order: DownloadOrder, file: SpooledFile): Download {
    const { management, now, log } = this.#context;
    const download = new Download(order, { file, pushes: this.pushes, identity: management.identity, now });
    this.#downloads.set(download.id, download);
    for (const [id, { isOver: isDone }] of this.#downloads) {
      if (this.#downloads.size <= DOWNLOADS_KEPT) break;
      if (isDone) this.#downloads.delete(id);
    }
    void download.run().then((failure) => {
      if (failure !== undefined) log({ event: 'download-failed', text: failure, fields: { user: order.user, task: download.id } });
    });
    return download;
  }

  findDownload(id: string): Download | undefined {
    return this.#downloads.get(id);
  }

  /** The ids that the collection lists, the newest first. A download is listed until it is an upgrade. */
  taskIds(): string[] {
    const downloads = [...this.#downloads.values()].filter(({ upgrade }) => upgrade === undefined).reverse();
    return [...downloads.map(({ id }) => id), ...this.#context.management.upgrades(UPGRADES_SHOWN).map(({ id }) => id)];
  }

  /** A task by its id: an upgrade, or a download. */
  facts(id: string): TaskFacts | undefined {
    const download = this.#downloads.get(id);
    return download === undefined ? this.#upgradeFacts(id) : this.#downloadFacts(download);
  }

  #upgradeFacts(id: string): TaskFacts | undefined {
    const record = this.#context.management.upgrade(id);
    return record && upgradeFacts(record, this.#context.management.snapshot().transfer, this.pushes.known(id));
  }

  /** Once there is an upgrade, the task tells what the upgrade's tells, under its own id. */
  #downloadFacts(download: Download): TaskFacts {
    const own = download.facts();
    const upgrade = download.upgrade === undefined ? undefined : this.#upgradeFacts(download.upgrade);
    if (upgrade === undefined) return own;
    const percent = isOver(upgrade.state) ? upgrade.percent : Math.floor(DOWNLOAD_SHARE * 100 + (1 - DOWNLOAD_SHARE) * (upgrade.percent ?? 0));
    const detail = { ...upgrade.detail, UpgradeTask: { '@odata.id': taskPath(upgrade.id) } };
    return { ...upgrade, id: own.id, name: own.name, startTime: own.startTime, percent, detail };
  }
}
