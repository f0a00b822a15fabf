// What goes wrong in a request, as the client is told: a status of HTTP and messages of a registry (DSP0266 "Error
// responses"). Handlers throw it; error-answers.ts sends it.
import type { BaseMessageKey } from './base-messages.ts';
import { message, type Message } from './message.ts';

export interface ErrorOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** A sentence of our own in place of the registry's, for what it can not know: who holds the lock. */
  readonly resolution?: string;
  /** `#/UserName`. */
  readonly property?: string;
}

export class RedfishError extends Error {
  readonly status: number;
  readonly messages: readonly Message[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, messages: readonly Message[], headers: Readonly<Record<string, string>> = {}) {
    super(messages.map((one) => one.Message).join(' '));
    this.name = 'RedfishError';
    this.status = status;
    this.messages = messages;
    this.headers = headers;
  }
}

/** `throw refusal(409, 'ResourceInUse', [], { resolution: 'upgrade 1a2b3c4d by admin holds the lock since …' })`. */
export function refusal(status: number, key: BaseMessageKey, args: readonly (string | number)[] = [], options: ErrorOptions = {}): RedfishError {
  const { headers, resolution, property } = options;
  const told = {
    ...message('Base', key, ...args),
    ...(resolution === undefined ? {} : { Resolution: resolution }),
    ...(property === undefined ? {} : { RelatedProperties: [property] }),
  };
  return new RedfishError(status, [told], headers);
}

/** There is nothing at this path: 404. */
export function notFound(type: string, name: string): RedfishError {
  return refusal(404, 'ResourceNotFound', [type, name]);
}

/** Come back later: 503 with Retry-After. */
export function unavailable(seconds: number, resolution?: string): RedfishError {
  return refusal(503, 'ServiceTemporarilyUnavailable', [seconds], { headers: { 'Retry-After': String(seconds) }, ...(resolution === undefined ? {} : { resolution }) });
}

/** The body of an answer with messages: of an error, or of a success that has something to say. */
export function errorBody(messages: readonly Message[]): object {
  const [first] = messages;
  const isOne = messages.length === 1 && first !== undefined;
  const general = message('Base', 'GeneralError');
  return {
    error: {
      code: isOne ? first.MessageId : general.MessageId,
      message: isOne ? first.Message : general.Message,
      '@Message.ExtendedInfo': messages,
    },
  };
}

/** For an answer without a resource: `{"@Message.ExtendedInfo": [...]}`. */
export function toldBody(...messages: readonly Message[]): object {
  return { '@Message.ExtendedInfo': messages };
}
