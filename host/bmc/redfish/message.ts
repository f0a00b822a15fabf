// A message as Redfish shows it to people and programs: a key of a registry, and the words of that registry with
// arguments put in. Knows the registries that are used here and no HTTP.
import { BASE_MESSAGES } from './base-messages.ts';
import { EVENT_MESSAGES } from './event-messages.ts';
import { TASK_EVENT_MESSAGES } from './task-event-messages.ts';
import { UPDATE_MESSAGES } from './update-messages.ts';

export type Severity = 'OK' | 'Warning' | 'Critical';

/** A message of a registry: its words with %1, %2 … in them, how bad it is, and what to do. */
export type MessageEntry = readonly [text: string, severity: Severity, resolution: string];

/** A message in an answer, a task or an event. */
export interface Message {
  readonly '@odata.type': string;
  readonly MessageId: string;
  readonly Message: string;
  readonly MessageArgs: readonly string[];
  readonly MessageSeverity: Severity;
  readonly Severity: Severity;
  readonly Resolution: string;
  /** The properties that it is about: `#/UserName`. */
  readonly RelatedProperties?: readonly string[];
}

/** The registries: each with its version, and all messages of it that are ever sent. */
export const REGISTRIES = {
  Base: { version: '1.16.0', messages: BASE_MESSAGES },
  Update: { version: '1.0.2', messages: UPDATE_MESSAGES },
  TaskEvent: { version: '1.0.3', messages: TASK_EVENT_MESSAGES },
  Ferry: { version: '1.1.0', messages: EVENT_MESSAGES },
} as const;

export type Registry = keyof typeof REGISTRIES;
export type MessageKey<Name extends Registry> = keyof (typeof REGISTRIES)[Name]['messages'] & string;

/** `message('Base', 'ResourceNotFound', 'Session', '7')`. */
export function message<Name extends Registry>(registry: Name, key: MessageKey<Name>, ...args: readonly (string | number)[]): Message {
  const { version, messages } = REGISTRIES[registry];
  const [text, severity, resolution] = (messages as Readonly<Record<string, MessageEntry>>)[key] ?? unknown(registry, key);
  const texts = args.map(String);
  return {
    '@odata.type': '#Message.v1_1_2.Message',
    MessageId: `${registry}.${version.split('.').slice(0, 2).join('.')}.${key}`,
    Message: text.replace(/%(\d)/g, (mark, index: string) => texts[Number(index) - 1] ?? mark),
    MessageArgs: texts,
    MessageSeverity: severity,
    Severity: severity,
    Resolution: resolution,
  };
}

function unknown(registry: string, key: string): never {
  throw new Error(`the registry ${registry} has no message ${key}`);
}
