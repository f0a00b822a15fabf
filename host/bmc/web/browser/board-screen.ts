// The board, from login to logout: what was heard last, and everything that is drawn from it.
import { componentView } from '../view/component.ts';
import { connectionView, silenceOf } from '../view/connection.ts';
import { powerView } from '../view/power.ts';
import { snapshotFrom } from '../view/heard.ts';
import { recoveryView } from '../view/recovery.ts';
import { outlookView } from '../view/recovery-found.ts';
import { removalView } from '../view/removal.ts';
import type { BoardJson, OutlookJson, SnapshotJson } from '../view/snapshot.ts';
import { titleText } from '../view/title.ts';
import { upgradeView } from '../view/upgrade.ts';
import { showBoard, showConnection } from './chrome-panel.ts';
import { componentsPanel } from './components-panel.ts';
import { byId } from './elements.ts';
import { leave } from './leave.ts';
import { liveStream } from './live-stream.ts';
import { act, learn } from './outcome.ts';
import { powerPanel } from './power-panel.ts';
import { recentLists } from './recent-lists.ts';
import { recoveryPanel } from './recovery-panel.ts';
import { showRemoval } from './removal-panel.ts';
import { LoggedOut, request } from './request.ts';
import { Since } from './since.ts';
import { upgradePanel } from './upgrade-panel.ts';

const STATUS = '/events/status';
const EVENTS = '/redfish/v1/EventService/SSE';
const RESET = '/redfish/v1/Systems/1/Actions/ComputerSystem.Reset';
const INVENTORY = '/redfish/v1/UpdateService/FirmwareInventory';
const RECOVERY = '/redfish/v1/UpdateService/Actions/Oem/FerryUpdateService';
const TASKS = '/redfish/v1/TaskService/Tasks';
const TICK_MS = 1000;

export function boardScreen(first: BoardJson): void {
  let board = first;
  let snapshot: SnapshotJson | undefined;
  let isOpen = true;
  const [received, heard] = [new Since(), new Since()];
  const recent = recentLists(() => draw());
  const showComponents = componentsPanel(({ action, label }) => act('POST', `${INVENTORY}/${action}`, {}, label));
  const showUpgrade = upgradePanel(({ upgrade, label }) => act('DELETE', `${TASKS}/${upgrade}`, undefined, label));
  const showRecovery = recoveryPanel({
    recover: (component) => act('POST', `${RECOVERY}.Recover`, { Targets: [`${INVENTORY}/${component}`] }, 'Recover now'),
    async preview(component) {
      const answer = await learn(`${RECOVERY}.RecoverPreview`, { Targets: [`${INVENTORY}/${component}`] }) as { Components: readonly OutlookJson[] } | undefined;
      const [outlook] = answer?.Components ?? [];
      return outlook && outlookView(outlook, new Date());
    },
  });
  const showPower = powerPanel(({ resetType, label }) => act('POST', RESET, { ResetType: resetType }, label));

  const draw = (): void => {
    const silence = silenceOf(heard.ms(), isOpen);
    const removal = removalView(snapshot, silence);
    showConnection(connectionView(silence, snapshot !== undefined));
    showRemoval(removal);
    document.title = titleText(board.platform, removal, snapshot);
    if (snapshot === undefined) return;
    const at = { sinceMs: silence === undefined ? received.ms() : 0, today: new Date() };
    const circumstances = { isHeard: silence === undefined, mayOperate: board.mayOperate };
    const now = snapshot;
    showUpgrade(upgradeView(now, recent.upgrades(), at, circumstances));
    showComponents(now.components.map((component) => componentView(component, now, at, circumstances)));
    showRecovery(now.recovery?.map((recovery) => recoveryView(recovery, now, at, circumstances)));
    showPower(powerView(now, circumstances));
  };

  const refreshBoard = (): void => {
    request('GET', '/web/board').then((answer) => {
      board = answer as BoardJson;
      showBoard(board);
      draw();
    }, (error: unknown) => {
      if (error instanceof LoggedOut) loggedOut();
    });
  };
  const loggedOut = (): void => leave('Your session has ended. Log in again.');
  const status = liveStream({
    path: STATUS,
    loggedOut,
    opened() {
      isOpen = true;
      // Another controller may be there now, or another account may be what it was.
      if (snapshot !== undefined) refreshBoard();
    },
    alive() {
      heard.now();
      isOpen = true;
    },
    heard({ data }) {
      snapshot = snapshotFrom(data);
      received.now();
      draw();
    },
    cut() {
      isOpen = false;
    },
  });
  const events = liveStream({ path: EVENTS, loggedOut, opened: () => recent.refresh(), alive: () => undefined, heard: () => recent.refresh(), cut: () => undefined });

  const retry = (): void => {
    isOpen = false;
    status.retry();
  };
  byId('try-now').addEventListener('click', retry);
  window.addEventListener('online', retry);
  // A browser has six connections to a server. A tab that nobody looks at needs none for the log, but goes on watching
  // the state: its title tells whether power may be removed.
  document.addEventListener('visibilitychange', () => (document.hidden ? events.pause() : events.retry()));
  byId('log-out').addEventListener('click', () => void logOut(board.session));
  setInterval(() => {
    // A stream that is open and says nothing may lead nowhere any more.
    if (isOpen && silenceOf(heard.ms(), isOpen) !== undefined) retry();
    draw();
  }, TICK_MS);
  showBoard(board);
  draw();
}

async function logOut(session: string | undefined): Promise<void> {
  try {
    if (session !== undefined) await request('DELETE', `/redfish/v1/SessionService/Sessions/${session}`);
    leave('You are logged out.');
  } catch (error) {
    leave(error instanceof LoggedOut ? 'You are logged out.' : `You may still be logged in: ${(error as Error).message}`);
  }
}
