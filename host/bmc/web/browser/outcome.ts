import { sentence } from '../view/words.ts';
import { byId, setData, setHidden, setText } from './elements.ts';
import { LoggedOut, request, toldIn } from './request.ts';
import { leave } from './leave.ts';

/** Does something for the user, and says how that went until it is closed or something else is done. */
export async function act(method: 'POST' | 'DELETE', path: string, body: unknown, label: string): Promise<void> {
  setHidden(byId('outcome'), true);
  try {
    const answer = await request(method, path, body);
    showOutcome('good', sentence(toldIn(answer) ?? `${label}: done`));
  } catch (error) {
    if (error instanceof LoggedOut) return leave(`${error.message} Nothing was done.`);
    showOutcome('bad', (error as Error).message);
  }
}

/** Asks for something that changes nothing; undefined when it was refused, which is shown. */
export async function learn(path: string, body: unknown): Promise<unknown> {
  setHidden(byId('outcome'), true);
  try {
    return await request('POST', path, body);
  } catch (error) {
    if (error instanceof LoggedOut) leave(error.message);
    else showOutcome('bad', (error as Error).message);
    return undefined;
  }
}

function showOutcome(tone: 'good' | 'bad', text: string): void {
  const panel = byId('outcome');
  setData(panel, 'tone', tone);
  setText(byId('outcome-text'), text);
  setHidden(panel, false);
  panel.scrollIntoView({ block: 'nearest' });
}

byId('outcome-close').addEventListener('click', () => setHidden(byId('outcome'), true));
