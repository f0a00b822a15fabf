// The page as it is sent, without a browser.
import https from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD, USER } from './browser.ts';
import { ScriptedBoard } from './scripted-board.ts';
import { serve, type Served } from './serve.ts';

const FILES = ['/', '/web/page.css', '/web/page.js'];
const BASIC = { Authorization: `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}` };
const board = new ScriptedBoard();
let served: Served;

beforeAll(async () => {
  served = await serve(board);
});
afterAll(() => served.remove());

function get(path: string, headers: Record<string, string> = {}): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    https.get(`${served.url}${path}`, { headers, rejectUnauthorized: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (piece: string) => { body += piece; }).once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    }).once('error', reject);
  });
}

test('the page is three files of less than 60 KiB together, kept by the browser until they change', async () => {
  const answers = await Promise.all(FILES.map((path) => get(path)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(answers.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0)).toBeLessThan(60 * 1024);
  const again = await get('/web/page.js', { 'If-None-Match': answers[2]?.headers.etag ?? '' });
  expect([again.status, again.body]).toEqual([304, '']);
});

test('nothing but the server’s own script and style can run: none is inline, none is asked for elsewhere', async () => {
  for (const path of FILES) {
    const { headers, body } = await get(path);
    expect(headers['content-security-policy'], path).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; .*frame-ancestors 'none'/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(body, path).not.toMatch(/https?:\/\/|innerHTML|insertAdjacentHTML|document\.write|<style| style=|<script>|\son[a-z]+="|@import|url\(/);
  }
});

test('without a login only the files are sent, and they tell nothing of the board', async () => {
  for (const path of ['/web/board', '/web/recent', '/web/flash', '/events/status']) expect((await get(path)).status, path).toBe(401);
  for (const path of FILES) expect((await get(path)).body).not.toContain(board.identity.platform);
});

test('events are answered from where the page has got to, the newest two hundred at most', async () => {
  const numbers = async (since: string) => (JSON.parse((await get(`/web/recent?since=${since}`, BASIC)).body) as { events: { number: number }[] }).events.map(({ number }) => number);
  expect(await numbers('28')).toEqual([29, 30]);
  expect(await numbers('nonsense')).toHaveLength(30);
  for (let count = 0; count < 300; count++) board.happen('file-stored', 'again');
  const all = await numbers('0');
  expect([all.length, all.at(0), all.at(-1)]).toEqual([200, 131, 330]);
});

test('the wear of every chip is sent in a few KiB', async () => {
  const { body } = await get('/web/flash', BASIC);
  expect((JSON.parse(body) as { chips: { name: string }[] }).chips.map(({ name }) => name)).toEqual(['bmc-0', 'bmc-1', 'bios-0', 'records']);
  expect(body.length).toBeLessThan(8192);
});
