// The status page in Debian's Chromium, on boards that are set to every state a person may find one in.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { percentOf, progressText } from '../../host/bmc/web/view/amounts.ts';
import { browserTest, logIn, shows, startBrowser, troubleOfLayout, visit } from '../bmc/web/browser.ts';
import { line } from '../bmc/web/line.ts';
import { MIB } from '../bmc/web/snapshots.ts';
import { receiving, ScriptedBoard, STATES } from '../bmc/web/scripted-board.ts';
import { serve, type Served } from '../bmc/web/serve.ts';

let browser: Browser | undefined;
const board = new ScriptedBoard();
let served: Served;

beforeAll(async () => {
  [browser, served] = await Promise.all([startBrowser(), serve(board)]);
});
afterAll(async () => {
  await browser?.close();
  await served.remove();
});

async function open(at: { readonly url: string } = served) {
  const visitor = await visit(browser, at.url);
  await logIn(visitor.page);
  await shows(visitor.page, '#link', 'Live');
  return visitor;
}

browserTest('in every state, in both themes and at three widths, nothing scrolls sideways, is cut off or too faint to read', async () => {
  const { page, complaints } = await open();
  const signs: Record<keyof typeof STATES, [string, string]> = {
    'idle': ['#upgrade-headline', 'No upgrade is under way'], 'receiving': ['#upgrade-headline', 'Receiving bmc 2.4.2'], 'unsafe': ['#removal-answer', 'No'],
    'failed': ['#upgrade-headline', 'bmc 2.4.2 has failed'], 'trial': ['#components', 'On trial'], 'off': ['#power-state', 'Off'],
  };
  for (const [name, state] of Object.entries(STATES)) {
    board.set(state);
    await shows(page, ...signs[name as keyof typeof STATES]);
    await page.locator('#flash .map').first().waitFor();
    expect(await troubleOfLayout(page), name).toEqual([]);
  }
  expect(complaints).toEqual([]);
  await page.context().close();
});

browserTest('while figures run, nothing on the page moves', async () => {
  board.set(receiving({ done: 0 }));
  const { page } = await open();
  await page.locator('#flash .map').first().waitFor();
  await page.evaluate(`moves = []; new PerformanceObserver((list) => moves.push(...list.getEntries())).observe({ type: 'layout-shift' })`);
  for (const done of [1, 999, 1024, 9.99 * MIB, 10 * MIB, 31.99 * MIB, 32 * MIB]) {
    board.set({ ...receiving({ done }), rate: { bytesPerSecond: 1 + done, remainingMs: done } });
    await shows(page, '#upgrade-bytes', progressText(done, 32 * MIB));
    await shows(page, '#upgrade-percent', `${percentOf(done, 32 * MIB)} %`);
  }
  expect(await page.evaluate('moves.map(({ value }) => value)')).toEqual([]);
  await page.context().close();
});

browserTest('a stranger is shown a login form and nothing of the board; a wrong password is told, and logging out ends the session', async () => {
  board.set({});
  const { page, complaints } = await visit(browser, served.url);
  await logIn(page, 'wrong password');
  await shows(page, '#login-notice', 'User name or password is wrong.');
  expect(await page.content()).not.toContain('ferry-q35');
  expect(await troubleOfLayout(page)).toEqual([]);
  await logIn(page);
  await shows(page, '#link', 'Live');
  await page.getByRole('button', { name: 'Log out' }).click();
  await shows(page, '#login-notice', 'You are logged out.');
  expect((await page.request.get(`${served.url}/web/board`)).status()).toBe(401);
  expect(complaints).toEqual([]);
  await page.context().close();
});

browserTest('a session that ends elsewhere leads to the login form, which says so', async () => {
  const { page } = await open();
  const { session } = await (await page.request.get(`${served.url}/web/board`)).json() as { session: string };
  await page.request.delete(`${served.url}/redfish/v1/SessionService/Sessions/${session}`, { headers: { 'X-Requested-With': 'test', 'Origin': served.url } });
  await shows(page, '#login-notice', 'Your session has ended. Log in again.');
  expect(await page.locator('#board').isVisible()).toBe(false);
  await page.context().close();
});

const events = async (page: Page): Promise<number[]> => (await page.locator('#events time').allTextContents()).map((text) => Number(text.split('· ')[1]));
const downTo1 = (highest: number): number[] => Array.from({ length: highest }, (_, index) => highest - index);

browserTest('while the network is cut the page says so and never “safe”; mended, it goes on in the same session with no event lost or doubled', async () => {
  board.set({});
  const network = await line(served.url);
  const { page } = await open(network);
  await shows(page, '#removal-answer', 'Yes');
  network.cut();
  await shows(page, '#lost', 'No connection to the controller');
  await shows(page, '#removal-answer', 'Not known');
  await shows(page, '#lost-age', 'Last heard');
  await shows(page, '#power-actions', 'Not possible now: the controller is not heard.');
  expect(await troubleOfLayout(page)).toEqual([]);
  const count = board.eventsSince(0).length;
  for (let number = count + 1; number <= count + 5; number++) board.happen('file-stored', `while nobody listened ${number}`);
  board.set(STATES.receiving);
  network.mend();
  // It may be back by itself before anyone has pressed the button.
  await page.locator('#try-now').dispatchEvent('click');
  await shows(page, '#link', 'Live');
  await shows(page, '#upgrade-headline', 'Receiving');
  board.happen('file-stored', 'after it was back');
  await shows(page, '#events', 'after it was back');
  expect(await events(page)).toEqual(downTo1(count + 6));
  await page.context().close();
  await network.remove();
});

browserTest('a network that swallows everything without a word is noticed', async () => {
  board.set({});
  const network = await line(served.url);
  const visitor = await visit(browser, network.url);
  await visitor.page.clock.install();
  await logIn(visitor.page);
  await shows(visitor.page, '#link', 'Live');
  network.swallow();
  await visitor.page.clock.fastForward(15_000);
  await shows(visitor.page, '#removal-answer', 'Not known');
  await visitor.page.context().close();
  await network.remove();
});

browserTest('a controller that starts anew knows no sessions: after the login everything is there again, once', async () => {
  board.set({});
  const { page } = await open();
  await served.stop();
  await shows(page, '#removal-answer', 'Not known');
  await served.start();
  await shows(page, '#login-notice', 'Your session has ended');
  await logIn(page);
  await shows(page, '#removal-answer', 'Yes');
  await shows(page, '#events', 'while nobody listened');
  expect(await events(page)).toEqual(downTo1(board.eventsSince(0).length));
  await page.context().close();
});

browserTest('buttons ask first, act once, and show the controller’s own answer; Escape is no', async () => {
  board.set(STATES.receiving);
  const { page } = await open();
  // Without the wait for a button that is on: a person may press one that is off.
  const press = async (name: string) => page.locator('#board').getByRole('button', { name, exact: true }).click({ force: true });
  const asked = () => board.asked.splice(0);

  await press('Abort');
  await shows(page, '#question', 'Abort upgrade 3fa0c2d1?');
  await page.keyboard.press('Escape');
  await page.locator('#question').waitFor({ state: 'hidden' });
  await press('Activate');
  expect(asked(), 'a button that is off does nothing').toEqual([]);
  expect(await page.locator('#question').isVisible()).toBe(false);
  await shows(page, '#components', 'Not possible now: upgrade 3fa0c2d1 holds the lock.');

  board.set({});
  await shows(page, '#upgrade-headline', 'No upgrade is under way');
  board.answer = { ok: false, text: 'bmc can not be activated: expected this, got that; nothing was changed' };
  await press('Activate');
  await page.locator('#question-yes').click();
  await shows(page, '#outcome[data-tone=bad]', 'bmc can not be activated: expected this, got that; nothing was changed.');
  board.answer = { ok: true, text: 'the host is asked to start again' };
  await press('Restart');
  await page.locator('#question-yes').click();
  await shows(page, '#outcome[data-tone=good]', 'the host is asked to start again.');
  expect(asked()).toEqual(['activate bmc admin', 'power GracefulRestart admin']);
  await page.context().close();
});

browserTest('lab mode stands on top of the board and stays there', async () => {
  const lab = await serve(new ScriptedBoard(true));
  const { page } = await open(lab);
  await page.evaluate('scrollTo(0, 2000)');
  const box = await page.locator('#lab').boundingBox();
  expect(box?.y).toBe(0);
  await shows(page, '#lab', 'LAB MODE');
  expect(await troubleOfLayout(page)).toEqual([]);
  await page.context().close();
  await lab.remove();
});

browserTest('what the board says is text, whatever is written in it', async () => {
  const { page, complaints } = await open();
  board.happen('file-failed', '<img src=x onerror="document.title=1"><script>document.title=2</script>');
  await shows(page, '#events', '<img src=x onerror=');
  expect(await page.locator('#events img, #events script').count()).toBe(0);
  expect(complaints).toEqual([]);
  await page.context().close();
});

browserTest('a digest is shortened, and all of it is there on demand', async () => {
  board.set({});
  const { page } = await open();
  const digest = page.locator('.digest').first();
  expect(await digest.locator('code').textContent()).toMatch(/^[0-9a-f]{12}…$/);
  await digest.getByRole('button', { name: 'Show all' }).click();
  expect(await digest.locator('code').textContent()).toMatch(/^[0-9a-f]{64}$/);
  await page.context().close();
});
