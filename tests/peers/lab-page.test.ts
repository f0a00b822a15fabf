// Debian's Chromium on the lab's page: what it shows of a recovery, in both themes and on a phone.
import { type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { after, type BoardView, type LabView, newBoard } from '../../host/lab/board-view.ts';
import { type LabPage, servePage } from '../../host/lab/lab-page.ts';
import { browserTest, shows, startBrowser, troubleOfLayout, visit } from '../bmc/web/browser.ts';

let browser: Browser | undefined;
let page: LabPage;
let boards: BoardView[] = [newBoard(1, '127.0.77.11'), newBoard(2, '127.0.77.12')];
const view = (): LabView => ({ console: '127.0.77.10', page: undefined, boards, lines: ['08:00:01 bmc 2    <b>flash</b> does not hold what the records say'] });

beforeAll(async () => {
  browser = await startBrowser();
  page = await servePage(0, view);
});
afterAll(async () => {
  await browser?.close();
  await page.close();
});

function say(event: string, text: string): void {
  boards = boards.map((board) => (board.number === 2 ? after(board, { event, text, time: '2026-01-02T08:00:01.000Z' }) : board));
  page.changed();
}

browserTest('the lab\'s page follows a recovery step by step, and takes no markup from what is said', async () => {
  const { page: seen, complaints } = await visit(browser, page.url.replace(/\/$/, ''));
  await shows(seen, '#about', '2 controllers, a console on 127.0.77.10');
  say('ready', 'ready');
  await shows(seen, '.board:nth-child(2)', 'nothing has had to be recovered');
  say('recovery-needed', 'bios: flash does not hold what the records say');
  say('recovery-sourcing', 'bios: asking 1 source');
  say('recovery-candidate', 'bios: bios 1.10.0 (security 1) from rack, donor 127.0.77.11 port 40000 (lan, 512 KiB/s, 0 % busy): fits; chosen');
  await shows(seen, '.board:nth-child(2) .offers', 'donor 127.0.77.11 port 40000 (lan, 512 KiB/s, 0 % busy)');
  say('recovery-choice', 'bios: chosen: the only candidate that fits');
  say('recovery-fetching', 'bios: fetching 1.10.0 from rack');
  boards = boards.map((board) => (board.number === 2 ? { ...board, received: { done: 1024 * 1024, total: 4 * 1024 * 1024 } } : board));
  page.changed();
  await shows(seen, '.board:nth-child(2) .bytes', '1.0 of 4.0');
  await shows(seen, '.board:nth-child(2) .choice', 'the only candidate that fits');
  expect(await seen.locator('.board:nth-child(2) li[data-state=now]').textContent()).toMatch(/^bytes\d\d:00:01$/);
  await shows(seen, '#lines', '<b>flash</b>');
  expect(await troubleOfLayout(seen)).toEqual([]);
  say('recovery-healthy', 'bios: the host has come up with the new image');
  await shows(seen, '.board:nth-child(2) .badge', 'healthy');
  expect(complaints).toEqual([]);
});
