// The lab's page, on loopback: three files and a stream of what is to be seen. It takes no orders.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readArtifact } from '../artifacts.ts';
import type { LabView } from './board-view.ts';

export interface LabPage {
  readonly url: string;
  /** Something is to be seen. */
  changed(): void;
  close(): Promise<void>;
}

const FILES = {
  '/': { artifact: 'lab-page.html', type: 'text/html; charset=utf-8' },
  '/page.css': { artifact: 'lab-page.css', type: 'text/css; charset=utf-8' },
  '/page.js': { artifact: 'lab-page.js', type: 'text/javascript; charset=utf-8' },
} as const;
const SEND_MS = 100;
const READERS = 16;
const HEADERS = {
  'Content-Security-Policy': "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store',
};

export async function servePage(port: number, view: () => LabView): Promise<LabPage> {
  const readers = new Set<ServerResponse>();
  let timer: NodeJS.Timeout | undefined;
  let host = '';
  const send = (): void => {
    timer = undefined;
    const text = `data: ${JSON.stringify(view())}\n\n`;
    for (const reader of readers) reader.write(text);
  };
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    // A name that a stranger's page has given this address is not ours.
    if (request.headers.host !== host) return void response.writeHead(421).end();
    const file = FILES[request.url as keyof typeof FILES] as (typeof FILES)[keyof typeof FILES] | undefined;
    if (request.method !== 'GET' || (file === undefined && request.url !== '/view')) return void response.writeHead(404, HEADERS).end();
    if (file !== undefined) return void response.writeHead(200, { ...HEADERS, 'Content-Type': file.type }).end(readArtifact(file.artifact));
    if (readers.size >= READERS) return void response.writeHead(503, HEADERS).end();
    response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream' });
    response.write(`data: ${JSON.stringify(view())}\n\n`);
    readers.add(response);
    response.once('close', () => readers.delete(response));
  };
  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}`;
  return {
    url: `http://${host}/`,
    changed: () => { timer ??= setTimeout(send, SEND_MS); },
    close: async () => {
      clearTimeout(timer);
      for (const reader of readers) reader.destroy();
      await new Promise<void>((resolve) => { server.close(() => resolve()); });
    },
  };
}
