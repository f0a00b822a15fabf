// The status page and what only it asks for. The rest it reads and does as any other client does: sessions, power,
// activation and abort through Redfish, the state through /events/status.
import { callerOf, type RedfishPlugin } from '../redfish/context.ts';
import { mayDo } from '../redfish/privilege.ts';
import type { SeenSnapshot } from '../redfish/status-stream.ts';
import { flashSummary } from './flash-summary.ts';
import { addPageFiles } from './page-files.ts';
import type { BoardJson, EventJson, SnapshotJson, UpgradeJson } from './view/snapshot.ts';

/** Newest events and upgrades that the page shows. */
const EVENT_LIMIT = 200;
const UPGRADE_LIMIT = 10;

/** What becomes of a value on its way to the page. */
type Sent<Value> = Value extends Uint8Array ? string : Value extends object ? { readonly [Key in keyof Value]: Sent<Value[Key]> } : Value;
type Understood<Said extends SnapshotJson> = Said;
/** Does not compile when the page would not understand what the controller says. */
export type SentSnapshot = Understood<Sent<SeenSnapshot>>;

const WATCH = { config: { access: 'Login' } } as const;

export const webPage: RedfishPlugin = (app, { management }) => {
  addPageFiles(app);

  app.get('/web/board', WATCH, (request): BoardJson => {
    const { user, role, session } = callerOf(request);
    return { ...management.identity, user, session, mayOperate: mayDo(role, 'ConfigureComponents') };
  });

  app.get<{ Querystring: { since?: string } }>('/web/recent', WATCH, ({ query }): { events: readonly EventJson[]; upgrades: readonly UpgradeJson[] } => {
    const since = Number(query.since ?? 0);
    return { events: management.eventsSince(Number.isSafeInteger(since) ? since : 0).slice(-EVENT_LIMIT), upgrades: management.upgrades(UPGRADE_LIMIT) };
  });

  app.get('/web/flash', WATCH, () => ({ chips: management.flash().map((chip) => flashSummary(chip)) }));
};
