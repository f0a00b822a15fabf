// An event of the controller's log as Redfish has it: in a stream, and as an entry of the log service.
import type { LoggedEvent } from '../event-log.ts';
import { eventKey } from './event-messages.ts';
import { message, type Message } from './message.ts';
import { link, MANAGER_PATH } from './resource-paths.ts';

export const LOG_PATH = `${MANAGER_PATH}/LogServices/Events`;
export const ENTRIES_PATH = `${LOG_PATH}/Entries`;

const entryPath = (number: number): string => `${ENTRIES_PATH}/${number}`;

function messageOf({ event, text }: LoggedEvent): Message {
  return message('Ferry', eventKey(event), text);
}

/** The word of the log and what belongs to it: for scripts. */
function own({ event, fields = {} }: LoggedEvent): object {
  return { Ferry: { '@odata.type': '#FerryEvent.v1_0_0.FerryEvent', Event: event, Fields: fields } };
}

/** A log's entry. */
export function logEntry(event: LoggedEvent): object {
  const { MessageId, MessageArgs, Severity, Resolution } = messageOf(event);
  return {
    '@odata.id': entryPath(event.number), '@odata.type': '#LogEntry.v1_16_0.LogEntry', Id: String(event.number), Name: `Log Entry ${event.number}`,
    EntryType: 'Event', Created: event.time, EventTimestamp: event.time, Severity, Message: event.text, MessageId, MessageArgs, Resolution,
    EventId: String(event.number), Links: { OriginOfCondition: link(MANAGER_PATH) }, Oem: own(event),
  };
}

/** What a stream sends for one event. */
export function sentRecord(event: LoggedEvent): object {
  const { '@odata.type': _, ...told } = messageOf(event);
  return eventOf(String(event.number), {
    ...told, EventTimestamp: event.time, LogEntry: link(entryPath(event.number)), OriginOfCondition: link(MANAGER_PATH), Oem: own(event),
  });
}

/** What a stream sends in the place of events that are not kept any more. */
export function lostRecord(time: Date): object {
  const { '@odata.type': _, ...told } = message('Base', 'EventBufferExceeded');
  return eventOf('0', { ...told, EventTimestamp: time.toISOString(), OriginOfCondition: link(ENTRIES_PATH) });
}

function eventOf(id: string, record: object): object {
  return {
    '@odata.type': '#Event.v1_7_0.Event', Id: id, Name: 'Event of the controller', Context: '',
    Events: [{ MemberId: '0', EventId: id, EventType: 'Alert', ...record }], 'Events@odata.count': 1,
  };
}
