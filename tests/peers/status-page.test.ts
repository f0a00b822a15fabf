// Debian's Chromium on the status page of a real controller, while `ferry run` updates it over the bus: what a person
// would look for.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { percentOf, progressText } from '../../host/bmc/web/view/amounts.ts';
import { browserTest, logIn, shows, startBrowser, troubleOfLayout, visit } from '../bmc/web/browser.ts';
import { GatedController } from '../bmc/web/gated-controller.ts';
import { serve, type Served } from '../bmc/web/serve.ts';
import { runFerry } from '../processes.ts';
import { smallMachine, type SmallMachine } from '../small-machine.ts';

const MIB = 1024 * 1024;
let browser: Browser | undefined;
let machine: SmallMachine;
let controller: GatedController;
let served: Served;

beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

beforeEach(async () => {
  machine = smallMachine();
  controller = new GatedController(machine.state, machine.board);
  served = await serve(controller.management, (event) => controller.say(event));
});
afterEach(async () => {
  await served.remove();
  controller.remove();
  machine.remove();
});

const run = () => runFerry(['run', '-c', machine.config, '--machine', machine.state]);
const update = async (release: number) => {
  machine.release(release);
  expect((await run()).code).toBe(3);
};
const textOf = async (page: Page, selector: string): Promise<string> => (await page.locator(selector).textContent() ?? '').replaceAll('\u00a0', ' ');
const answer = (page: Page) => textOf(page, '#removal-answer');

/** Waits until the page shows the figures of this moment, at which the controller stands still. */
async function showsFigures(page: Page): Promise<{ readonly done: number }> {
  const { done, total } = controller.management.snapshot().transfer;
  await shows(page, '#upgrade-bytes', progressText(done, total));
  await shows(page, '#upgrade-percent', `${percentOf(done, total)} %`);
  return { done };
}

async function press(page: Page, name: string): Promise<void> {
  await page.locator('#board').getByRole('button', { name, exact: true }).first().click();
  await page.locator('#question-yes').click();
}

browserTest('an update over the bus is seen live: figures move, safe turns to unsafe and back, and it ends with the stored message', async () => {
  await update(1);
  const { version } = machine.release(2);
  const { page, complaints } = await visit(browser, served.url);
  await logIn(page);
  await shows(page, '#removal-answer', 'Yes');
  await shows(page, '#components', '1.1.0');

  const running = run();
  await controller.standAt(({ transfer }) => transfer.phase === 'receiving' && transfer.done >= MIB);
  await shows(page, '#upgrade-headline', `Receiving bmc ${version}`);
  await shows(page, '#upgrade-facts', 'the host, after the operating system');
  const first = await showsFigures(page);
  expect(await answer(page)).toBe('Yes');
  const upgrade = controller.management.snapshot().holder?.upgrade ?? '';
  await shows(page, '#upgrade-facts', upgrade);

  await controller.standAt(({ transfer }) => transfer.done !== first.done);
  await showsFigures(page);
  expect(await troubleOfLayout(page)).toEqual([]);

  await controller.standAt(({ transfer }) => transfer.component === 'bios' && transfer.phase === 'writing' && !transfer.isSafe);
  await shows(page, '#removal-answer', 'No. Leave power on.');
  await shows(page, '#upgrade-headline', `Writing bios ${version}`);
  expect(await page.title()).toBe('✕ test-board: leave power on');
  expect(await troubleOfLayout(page)).toEqual([]);

  controller.goOn();
  expect((await running).code).toBe(3);
  await shows(page, '#removal-answer', 'Yes');
  await shows(page, '#upgrade-headline', 'No upgrade is under way');
  await shows(page, '#events', `bios ${version}: stored in slot 0 and read back`);
  await shows(page, '#upgrades', upgrade);
  expect(controller.management.upgrade(upgrade)?.state).toBe('done');
  await shows(page, '#upgrades li:first-child .badge', 'done');
  await shows(page, '#flash', 'bios-0');
  expect(complaints).toEqual([]);
  await page.context().close();
});

browserTest('revert, abort and power act on the board, and the page shows what they did', async () => {
  await update(1);
  await update(2);
  const { page, complaints } = await visit(browser, served.url, 360);
  await logIn(page);
  await shows(page, '#removal-answer', 'Yes');
  const before = controller.management.snapshot().components[0]?.running;
  await press(page, 'Revert');
  await shows(page, '#outcome[data-tone=good]', 'is the running image');
  expect(controller.management.snapshot().components[0]?.running).not.toBe(before);

  machine.release(3);
  const running = run();
  await controller.standAt(({ transfer }) => transfer.phase === 'receiving' && transfer.done >= MIB);
  await shows(page, '#upgrade-headline', 'Receiving');
  const upgrade = controller.management.snapshot().holder?.upgrade ?? '';
  await press(page, 'Abort');
  await shows(page, '#outcome[data-tone=good]', 'Abort: done.');
  controller.goOn();
  await running;
  await shows(page, '#upgrades li', new RegExp(`${upgrade}.*aborted`));
  await shows(page, '#upgrade-headline', 'No upgrade is under way');

  await press(page, 'Power off');
  await shows(page, '#power-state', 'Off');
  await press(page, 'Power on');
  await shows(page, '#power-state', 'On');
  expect(complaints).toEqual([]);
  await page.context().close();
});
