// Debian's Chromium on the status page, and what a person's eyes would measure there.
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect, test } from 'vitest';

const CHROMIUM = '/usr/bin/chromium';
const isMissing = !existsSync(CHROMIUM);
const required = process.env['FERRY_REQUIRE_PEERS'] === '1';

export const USER = 'admin';
export const PASSWORD = 'correct horse battery';

/** A test that needs a browser. */
export function browserTest(name: string, work: () => Promise<void>): void {
  test.skipIf(isMissing && !required)(isMissing ? `${name} (skipped: apt-get install chromium)` : name, async () => {
    expect(isMissing, 'chromium is needed here').toBe(false);
    await work();
  });
}

/** Undefined where there is none. */
export async function startBrowser(): Promise<Browser | undefined> {
  return isMissing ? undefined : await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}

export interface Visit {
  readonly page: Page;
  /** What the browser complained of: script errors, blocked styles, foreign addresses. */
  readonly complaints: string[];
}

/** A browser of its own, as a new visitor has it. */
export async function visit(browser: Browser | undefined, url: string, width = 1280): Promise<Visit> {
  if (browser === undefined) throw new Error('there is no browser');
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width, height: 800 } });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${url}/`)) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(`${url}/`);
  return { page, complaints };
}

export async function logIn(page: Page, password = PASSWORD): Promise<void> {
  await page.getByLabel('User name').fill(USER);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** Waits until an element of the page has this text in it. */
export async function shows(page: Page, selector: string, text: string | RegExp): Promise<void> {
  await page.locator(selector).filter({ hasText: text }).first().waitFor({ state: 'visible' });
}

/** In both themes and at three widths: what is cut off, what can not be told from its background. */
export async function troubleOfLayout(page: Page): Promise<string[]> {
  const trouble: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [360, 768, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      trouble.push(...(await page.evaluate(measure)).map((what) => `${colorScheme} ${width}: ${what}`));
    }
  }
  return trouble;
}

/** Runs in the page: it may use nothing from outside, and this program knows no DOM. */
const measure = `(() => {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push('scrolls sideways: ' + root.scrollWidth);
  const channels = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (color) => {
    const [r, g, b] = channels(color).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if ((channels(color)[3] ?? 1) === 1) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  for (const node of document.querySelectorAll('body *')) {
    if (!node.checkVisibility() || node.classList.contains('unseen')) continue;
    const style = getComputedStyle(node);
    const name = node.tagName + (node.id ? '#' + node.id : '') + ' "' + node.textContent.slice(0, 30) + '"';
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim() !== '');
    if (!own) continue;
    if (style.display !== 'inline' && (node.scrollWidth > node.clientWidth + 1)) found.push('clipped: ' + name);
    const box = node.getBoundingClientRect();
    if (box.left < -1 || box.right > root.clientWidth + 1) found.push('outside: ' + name);
    const [a, b] = [light(style.color), light(behind(node))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) found.push('contrast ' + contrast.toFixed(2) + ': ' + name);
  }
  return found;
})()` as unknown as () => string[];
