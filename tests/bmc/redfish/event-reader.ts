// A client of a stream of server-sent events that can stop reading.
import type { IncomingMessage } from 'node:http';
import type { NetworkRig, Question } from './network.ts';

export interface SentMessage {
  readonly id: string;
  readonly data: string;
}

export class EventReader {
  readonly response: IncomingMessage;
  isClosed = false;
  /** What has come whole. */
  readonly messages: SentMessage[] = [];
  /** Signs of life. */
  comments = 0;
  #rest = '';

  private constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8').on('data', (piece: string) => this.#take(piece)).on('close', () => (this.isClosed = true)).on('error', () => undefined);
  }

  static open(rig: NetworkRig, path: string, question: Question): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      rig.open('GET', path, question, (response) => {
        if (response.statusCode === 200) return resolve(new EventReader(response));
        response.resume();
        reject(new Error(String(response.statusCode)));
      }).once('error', reject);
    });
  }

  get ids(): number[] {
    return this.messages.map(({ id }) => Number(id));
  }

  /** The sentences of the events. */
  get texts(): string[] {
    return this.messages.map(({ data }) => (JSON.parse(data) as { Events: { Message: string }[] }).Events[0]?.Message ?? '');
  }

  close(): void {
    this.response.destroy();
  }

  #take(piece: string): void {
    const blocks = (this.#rest + piece).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      if (block.startsWith(':')) this.comments++;
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data !== undefined) this.messages.push({ id: /^id: (.*)$/m.exec(block)?.[1] ?? '', data });
    }
  }
}
