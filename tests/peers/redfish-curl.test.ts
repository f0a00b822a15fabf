// curl, as Debian has it, against the real controller: it checks the certificate, logs in and out, and reads events.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect } from 'vitest';
import { PASSWORD, QUIET_ENVIRONMENT, RedfishBoard } from './redfish-board.ts';
import { peerTests, runTool, type ToolRun } from './tool.ts';

const peer = peerTests({ '/usr/bin/curl': 'curl' });
const board = new RedfishBoard();
beforeAll(() => board.start());
afterAll(() => board.stop());

const SESSIONS = '/redfish/v1/SessionService/Sessions';
const RESET = '/redfish/v1/Systems/1/Actions/ComputerSystem.Reset';

/** With the controller's certificate as the only one that is trusted. */
const curl = (...args: string[]): Promise<ToolRun> => runTool('curl', ['-sS', '--cacert', board.at('machine/network/https.pem'), ...args], QUIET_ENVIRONMENT);
const json = (body: object): string[] => ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)];

async function logIn(): Promise<{ token: string; path: string }> {
  const { stdout } = await curl('-i', ...json({ UserName: 'admin', Password: PASSWORD }), board.url + SESSIONS);
  const header = (name: string): string => new RegExp(`^${name}: (.*)\r$`, 'im').exec(stdout)?.[1] ?? '';
  return { token: header('x-auth-token'), path: header('location') };
}

/** Reads events until one says this; answers all that came. */
function readEvents(token: string, wanted: string, onOpen: () => void, lastId?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const resume = lastId === undefined ? [] : ['-H', `Last-Event-ID: ${lastId}`];
    const args = ['-sSNk', '-H', `X-Auth-Token: ${token}`, ...resume, `${board.url}/redfish/v1/EventService/SSE`];
    const child = spawn('curl', args, { env: QUIET_ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.on('data', (piece: Buffer) => {
      if (text === '') onOpen();
      text += piece.toString('utf8');
      if (text.includes(wanted) && text.endsWith('\n\n')) child.kill();
    });
    child.once('error', reject).once('close', () => resolve(text));
  });
}

interface Heard {
  readonly number: number;
  readonly event: string;
}

const eventsIn = (text: string): Heard[] => [...text.matchAll(/^id: (\d+)\ndata: .*"Event":"([a-z-]+)"/gm)].map(([, id, event = '']) => ({ number: Number(id), event }));

peer('curl takes the certificate that the controller made for localhost and for 127.0.0.1, and refuses it as one of others', async () => {
  for (const url of [board.url, board.url.replace('127.0.0.1', 'localhost')]) {
    const { code, stdout } = await curl(`${url}/redfish`);
    expect([code, stdout]).toEqual([0, '{"v1":"/redfish/v1/"}']);
  }
  expect((await runTool('curl', ['-sS', `${board.url}/redfish`], QUIET_ENVIRONMENT)).code).toBe(60);
  expect((await curl('--tls-max', '1.1', '--ciphers', 'DEFAULT@SECLEVEL=0', `${board.url}/redfish`)).code).not.toBe(0);
});

peer('curl logs in, sees its session, and is a stranger after it has logged out', async () => {
  const { token, path } = await logIn();
  const status = async (...args: string[]): Promise<string> => (await curl('-o', '/dev/null', '-w', '%{http_code}', '-H', `X-Auth-Token: ${token}`, ...args)).stdout;
  expect(await status(board.url + path)).toBe('200');
  expect(await status('-X', 'DELETE', board.url + path)).toBe('204');
  expect(await status(board.url + path)).toBe('401');
});

peer('curl hears what happens as it happens, and what it has missed when it comes back', async () => {
  const { token } = await logIn();
  const power = (ResetType: string): Promise<ToolRun> => curl('-H', `X-Auth-Token: ${token}`, ...json({ ResetType }), board.url + RESET);
  const live = await readEvents(token, '"Event":"power-off"', () => void power('ForceOff'));
  expect(live).toMatch(/^retry: \d+$/m);
  const heard = eventsIn(live);
  await power('On');
  const missed = await readEvents(token, '"Event":"power-on"', () => undefined, String(heard.at(-1)?.number));
  heard.push(...eventsIn(missed));
  // The same events with the same numbers as in the log, and none left out between the first and the last.
  const [first, last] = [heard[0]?.number ?? 0, heard.at(-1)?.number ?? 0];
  const logged = readFileSync(board.at('machine/events.log'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Heard);
  expect(heard).toEqual(logged.filter(({ number }) => number >= first && number <= last).map(({ number, event }) => ({ number, event })));
  expect(heard.map(({ event }) => event)).toEqual(expect.arrayContaining(['power-off', 'power-on']));
});
