// The recovery panel of the status page in Debian's Chromium: every state that a person may find it in, and what its two
// buttons do.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { PlayedDesk, RECOVERIES, recoveryImage, recoveryStatus } from '../bmc/played-desk.ts';
import { browserTest, logIn, shows, startBrowser, troubleOfLayout, visit } from '../bmc/web/browser.ts';
import { ScriptedBoard } from '../bmc/web/scripted-board.ts';
import { serve, type Served } from '../bmc/web/serve.ts';

let browser: Browser | undefined;
const board = new ScriptedBoard();
const desk = new PlayedDesk();
let served: Served;

beforeAll(async () => {
  [browser, served] = await Promise.all([startBrowser(), serve(board, undefined, desk)]);
});
afterAll(async () => {
  await browser?.close();
  await served.remove();
});
beforeEach(() => {
  desk.status = [RECOVERIES.healthy];
  desk.asked.length = 0;
});

async function open(at: { readonly url: string } = served) {
  const visitor = await visit(browser, at.url);
  await logIn(visitor.page);
  await shows(visitor.page, '#link', 'Live');
  return visitor;
}

browserTest('in every phase, in both themes and at three widths, the panel shows it whole and readable', async () => {
  const { page, complaints } = await open();
  const longest = recoveryStatus('retry', {
    text: `1.9.2 from ${'a-source-with-a-long-name-'.repeat(4)}: expected the SHA-256 ${'a'.repeat(64)}, got ${'b'.repeat(64)}; trying again (2 of 3)`,
    reason: 'corrupt', candidate: recoveryImage('2.4.1-rc.3+20261121.abcdef012345', 'a-source-with-a-long-name-'.repeat(4)), received: { done: 1, total: 16_777_216 }, choice: RECOVERIES.fetching.choice,
  });
  for (const [status, text] of [[RECOVERIES.healthy, 'It is as it should be.'], [RECOVERIES.fetching, '5.0 of 16.0 MiB'], [RECOVERIES.locked, 'LOCKED'], [longest, 'trying again']] as const) {
    desk.status = [status, recoveryStatus('healthy', { component: 'bmc' })];
    await shows(page, '#recovery', text.replaceAll(' MiB', '\u00a0MiB'));
    expect(await troubleOfLayout(page), status.phase).toEqual([]);
  }
  expect(complaints).toEqual([]);
  await page.context().close();
});

browserTest('a lock is an alert, and the tab says so; ordered, it asks first and names what it does', async () => {
  desk.status = [RECOVERIES.locked];
  const { page, complaints } = await open();
  await shows(page, '#recovery [role=alert]', '3 candidates have failed');
  await expect.poll(() => page.title()).toBe('! ferry-q35: bios is locked');
  await page.getByRole('button', { name: 'Recover now' }).click();
  await shows(page, '#question', 'Recover bios now?');
  await shows(page, '#question', 'This opens the lock');
  await shows(page, '#question', 'The host is switched off at once');
  await page.keyboard.press('Escape');
  await page.locator('#question').waitFor({ state: 'hidden' });
  expect(desk.asked).toEqual([]);
  await page.getByRole('button', { name: 'Recover now' }).click();
  expect(await troubleOfLayout(page)).toEqual([]);
  await page.locator('#question-yes').click();
  await shows(page, '#outcome[data-tone=good]', 'the recovery of bios is ordered.');
  expect(desk.asked).toEqual([{ component: 'bios', user: 'admin' }]);
  expect(complaints).toEqual([]);
  await page.context().close();
});

browserTest('what would be chosen is shown with every verdict, changes nothing, and is put away', async () => {
  const { page, complaints } = await open();
  await page.getByRole('button', { name: 'What would be chosen?' }).click();
  await shows(page, '.outlook', '1.9.2 from storage would be chosen: its version 1.9.2 is newer.');
  await shows(page, '.outlook', 'Refused: bios 1.4.0: security number');
  await shows(page, '.outlook', 'The source server can not be used now: connect ECONNREFUSED.');
  expect(await troubleOfLayout(page)).toEqual([]);
  await page.locator('.outlook').getByRole('button', { name: 'Close' }).click();
  await page.locator('.outlook').waitFor({ state: 'hidden' });
  const { outlook } = desk;
  desk.outlook = { refused: 'someone else is looking; try again when that has ended' };
  await page.getByRole('button', { name: 'What would be chosen?' }).click();
  await shows(page, '#outcome[data-tone=bad]', 'someone else is looking; try again when that has ended.');
  desk.outlook = outlook;
  expect(desk.asked).toEqual([]);
  expect(complaints).toEqual([]);
  await page.context().close();
});

browserTest('a board that watches nothing has no such panel, and what a donor says is text', async () => {
  const plain = await serve(new ScriptedBoard());
  const { page } = await open(plain);
  await shows(page, '#removal-answer', 'Yes');
  expect(await page.locator('#recovery').isVisible()).toBe(false);
  await page.context().close();
  await plain.remove();
  desk.status = [recoveryStatus('fetching', { text: '<img src=x onerror="document.title=1">' })];
  const other = await open();
  await shows(other.page, '#recovery', '<img src=x onerror=');
  expect(await other.page.locator('#recovery img').count()).toBe(0);
  expect(other.complaints).toEqual([]);
  await other.page.context().close();
});
