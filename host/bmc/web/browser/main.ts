// The page: which of its three screens is shown. board-screen.ts shows the board.
import type { BoardJson } from '../view/snapshot.ts';
import { boardScreen } from './board-screen.ts';
import { byId, setHidden, setText } from './elements.ts';
import { takeNotice } from './leave.ts';
import { loginForm } from './login-form.ts';
import { LoggedOut, request } from './request.ts';

const SCREENS = ['starting', 'login', 'board'];
const RETRY_MS = 2000;

function show(name: string): void {
  for (const id of SCREENS) setHidden(byId(id), id !== name);
}

/** Asks who we are, and shows the board or the login form. */
async function begin(): Promise<void> {
  try {
    const board = await request('GET', '/web/board') as BoardJson;
    boardScreen(board);
    show('board');
  } catch (error) {
    if (!(error instanceof LoggedOut)) {
      setText(byId('starting-text'), 'The controller does not answer. Trying again…');
      setTimeout(() => void begin(), RETRY_MS);
      return;
    }
    setText(byId('login-notice'), takeNotice());
    show('login');
    byId('user-name').focus();
  }
}

loginForm(() => void begin());
void begin();
