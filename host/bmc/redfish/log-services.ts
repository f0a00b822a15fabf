// LogServices of the manager: the controller's event log. Entries are kept by their age; nobody clears them, because the
// log is what an operator has after something went wrong.
import type { RedfishPlugin } from './context.ts';
import { ENTRIES_PATH, LOG_PATH, logEntry } from './event-record.ts';
import { notFound, refusal } from './redfish-error.ts';
import { collection, link, MANAGER_PATH } from './resource-paths.ts';

const LOGS = `${MANAGER_PATH}/LogServices`;
const WATCH = { config: { access: 'Login' } } as const;

export const logServices: RedfishPlugin = (app, { management, now }) => {
  app.get(LOGS, WATCH, () => collection(LOGS, 'LogServiceCollection', 'Log Services', [LOG_PATH]));
  app.get(LOG_PATH, WATCH, () => ({
    '@odata.id': LOG_PATH, '@odata.type': '#LogService.v1_5_0.LogService', Id: 'Events', Name: 'Event Log', Description: 'What the controller did and saw',
    LogEntryType: 'Event', ServiceEnabled: true, OverWritePolicy: 'WrapsWhenFull', DateTime: now().toISOString(), DateTimeLocalOffset: '+00:00',
    Status: { State: 'Enabled', Health: 'OK' }, Entries: link(ENTRIES_PATH),
  }));
  app.get(ENTRIES_PATH, WATCH, () => {
    const events = management.eventsSince(0);
    return {
      '@odata.id': ENTRIES_PATH, '@odata.type': '#LogEntryCollection.LogEntryCollection', Name: 'Event Log Entries',
      Members: events.map(logEntry), 'Members@odata.count': events.length,
    };
  });
  app.get<{ Params: { id: string } }>(`${ENTRIES_PATH}/:id`, WATCH, ({ params }) => {
    const [event] = /^[1-9]\d{0,14}$/.test(params.id) ? management.eventsSince(Number(params.id) - 1) : [];
    if (event === undefined || event.number !== Number(params.id)) throw notFound('LogEntry', params.id);
    return logEntry(event);
  });
  app.post(`${LOG_PATH}/Actions/LogService.ClearLog`, { config: { access: 'ConfigureManager' } }, () => {
    throw refusal(400, 'ActionNotSupported', ['LogService.ClearLog'], { resolution: 'The log is never cleared. Old entries go by themselves.' });
  });
};
