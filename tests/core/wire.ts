// Messages of a sender, made and read with the encoders of core.wasm itself, in an instance of their own.
import { createHash } from 'node:crypto';
import { loadCore } from '../../host/core/instance.ts';
import type { CoreEnum } from '../../host/core/flash-globals.ts';
import { nameIn, readNumber } from '../../host/core/flash-globals.ts';
import { putText } from '../../host/core/words.ts';

interface WireExports extends Record<string, unknown> {
  readonly memory: WebAssembly.Memory;
  readonly Completion: CoreEnum;
  readonly Status: CoreEnum;
  readonly MessageType: CoreEnum;
  readonly Activate: CoreEnum;
  readonly Phase: CoreEnum;
}

type Call = (...args: (number | bigint)[]) => number;

/** What a response says, with the fields of its type that are named. */
export interface Response {
  readonly type: string;
  readonly id: number;
  readonly completion: string;
  readonly fields: Readonly<Record<string, number>>;
}

export interface Image {
  readonly component: string;
  readonly version: string;
  readonly bytes: Uint8Array;
  readonly digest: Uint8Array;
  /** With one, start file is of protocol version 2. */
  readonly signature?: Uint8Array;
}

export function imageOf(component: string, version: string, bytes: Uint8Array): Image {
  return { component, version, bytes, digest: createHash('sha256').update(bytes).digest() };
}

/** For each type of response: the prefix of its decoder and results, and which results a test can ask for. */
const RESPONSES: Readonly<Record<string, readonly [prefix: string, ...fields: string[]]>> = {
  Hello: ['hello', 'BootId', 'ChunkSize', 'Window', 'ComponentCount', 'Highest'],
  Inventory: ['inventory', 'Running', 'Pending', 'SlotCount', 'Flags', 'SlotSize'],
  StartUpgrade: ['startUpgrade', 'Id', 'Holder', 'HeldMs'],
  StartFile: ['startFile', 'Slot', 'Window', 'Transfer', 'ChunkSize', 'Next'],
  TransmitData: ['transmitData', 'Transfer', 'Next', 'Mask'],
  EndFile: ['endFile', 'Slot', 'Phase', 'Transfer', 'Done', 'Total', 'Next', 'FlashMs', 'Equal'],
  EndUpgrade: ['endUpgrade', 'Resets', 'Stored', 'Id'],
  Abort: ['abort', 'Upgrade'],
  Status: ['status', 'Phase', 'IsSafe', 'LastCompletion', 'Upgrade', 'Session', 'Done', 'Total', 'BootId'],
};

const ALLOW = { upgrade: 0, reinstall: 1, downgrade: 2 } as const;
const ACTIVATE = { no: 0, now: 1, nextReset: 2 } as const;
const HEADER = 16;

/** One sender's way with words. */
export class Wire {
  readonly #core = loadCore<WireExports>();
  /** Where messages are made: the only buffer that holds the longest one. */
  readonly #at = readNumber(this.#core['INBOX'] as WebAssembly.Global);
  #id = 100;

  hello(session = 1, lowest = 1, highest = 1): Uint8Array {
    return this.#request('Hello', (body) => this.#call('helloRequestEncode', body, lowest, highest, session, 65568));
  }

  inventory(index: number): Uint8Array {
    return this.#request('Inventory', (body) => this.#call('inventoryRequestEncode', body, index));
  }

  startUpgrade(session = 1, imageCount = 1, total = 0): Uint8Array {
    return this.#request('StartUpgrade', (body) => this.#call('startUpgradeRequestEncode', body, session, imageCount, 1, 2, BigInt(total)));
  }

  startFile(upgrade: number, image: Image, allow: keyof typeof ALLOW = 'upgrade', size = image.bytes.length): Uint8Array {
    const texts = readNumber(this.#core['SCRATCH'] as WebAssembly.Global);
    putText(this.#bytes(texts, 16), image.component);
    putText(this.#bytes(texts + 16, 32), image.version);
    this.#bytes(texts + 48, 32).set(image.digest);
    const { signature } = image;
    this.#call('frameSpeak', signature === undefined ? 1 : 2);
    try {
      return this.#request('StartFile', (body) => {
        const bodySize = this.#call('startFileRequestEncode', body, upgrade, 0, ALLOW[allow], size, texts, texts + 16, texts + 48);
        if (signature === undefined) return bodySize;
        this.#bytes(texts + 1024, signature.length).set(signature);
        return this.#call('startFileSignatureEncode', body, texts + 1024, signature.length);
      });
    } finally {
      this.#call('frameSpeak', 1);
    }
  }

  data(transfer: number, offset: number, bytes: Uint8Array): Uint8Array {
    return this.#request('TransmitData', (body) => {
      this.#bytes(body + 16, bytes.length).set(bytes);
      return this.#call('transmitDataRequestEncode', body, transfer, offset, bytes.length);
    });
  }

  endFile(transfer: number, size: number, waitMs = 100): Uint8Array {
    return this.#request('EndFile', (body) => this.#call('endFileRequestEncode', body, transfer, size, waitMs));
  }

  endUpgrade(id: number, activate: keyof typeof ACTIVATE = 'now'): Uint8Array {
    return this.#request('EndUpgrade', (body) => this.#call('endUpgradeRequestEncode', body, id, ACTIVATE[activate]));
  }

  abort(upgrade: number, keep = true): Uint8Array {
    return this.#request('Abort', (body) => this.#call('abortRequestEncode', body, upgrade, keep ? 1 : 0, 0));
  }

  status(): Uint8Array {
    return this.#request('Status', () => 0);
  }

  /** A request with a body of any bytes. */
  raw(type: number, bytes: Uint8Array): Uint8Array {
    this.#bytes(this.#at + HEADER, bytes.length).set(bytes);
    return this.#bytes(this.#at, this.#call('frameEncode', this.#at, type, ++this.#id, bytes.length)).slice();
  }

  /** Takes a response apart. Throws when it is none. */
  read(message: Uint8Array): Response {
    this.#bytes(this.#at, message.length).set(message);
    this.#expectOk(this.#call('frameDecode', this.#at, message.length), 'a frame');
    const type = nameIn(this.#core.MessageType, this.#number('frameType'));
    const completion = nameIn(this.#core.Completion, message[HEADER] ?? 0);
    const [prefix = '', ...names] = RESPONSES[type] ?? [];
    const fields: Record<string, number> = {};
    if (prefix !== '') {
      this.#expectOk(this.#call(`${prefix}ResponseDecode`, this.#at + HEADER, message.length - HEADER), type);
      for (const name of names) fields[name[0]?.toLowerCase() + name.slice(1)] = this.#number(prefix + name);
    }
    return { type, id: this.#number('frameId'), completion, fields };
  }

  phaseName(phase: number | undefined): string {
    return nameIn(this.#core.Phase, phase ?? -1);
  }

  /** The length of the message whose header lies at the start of `bytes`. */
  sizeOf(bytes: Uint8Array): number {
    this.#bytes(this.#at, HEADER).set(bytes.subarray(0, HEADER));
    return this.#call('framePeekSize', this.#at, HEADER);
  }

  #request(type: string, encodeBody: (body: number) => number): Uint8Array {
    this.#bytes(this.#at + HEADER, 128).fill(0);
    const size = encodeBody(this.#at + HEADER);
    const number = readNumber(this.#core.MessageType[type]);
    return this.#bytes(this.#at, this.#call('frameEncode', this.#at, number, ++this.#id, size)).slice();
  }

  #call(name: string, ...args: (number | bigint)[]): number {
    return (this.#core[name] as Call)(...args) >>> 0;
  }

  #number(name: string): number {
    return readNumber(this.#core[name] as WebAssembly.Global) >>> 0;
  }

  #bytes(at: number, size: number): Uint8Array {
    return new Uint8Array(this.#core.memory.buffer, at, size);
  }

  #expectOk(status: number, what: string): void {
    if (status !== 0) throw new Error(`the receiver answered with something that is no ${what}: ${nameIn(this.#core.Status, status)}`);
  }
}
