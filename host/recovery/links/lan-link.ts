// A LAN: UDP multicast that no router passes on, and TCP. IPv4 and IPv6 are two links. A wireless interface is the same
// with another kind and a limit. Only machines of the interface's own network are heard, connected to and let in.
import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import { FerryError } from '../../error.ts';
import type { ByteStream, Link, LinkKind, TakeMessage } from './link.ts';
import type { InterfaceAddress } from './network-interface.ts';
import { connectStream, socketStream } from './socket-stream.ts';

/** Where requests and offers go, unless configured otherwise. */
export const RECOVERY_PORT = 7989;
/** Of the administrator's own range (RFC 2365), and of the link (RFC 4291 section 2.7). */
const GROUPS = { IPv4: '239.255.70.89', IPv6: 'ff02::4659' } as const;
/** More are closed at once: each may cost a donor memory and time. */
export const CONNECTIONS = 16;

export interface LanLinkOptions {
  readonly at: InterfaceAddress;
  readonly kind?: LinkKind;
  /** The UDP port of requests and offers. */
  readonly port?: number;
  /** The TCP port of uploads; 0: any. */
  readonly uploadPort?: number;
  readonly ratePerSecond?: number;
}

function failed(name: string, cause: unknown): FerryError {
  return new FerryError('network-failed', `${name}: ${(cause as Error).message}; nothing was started on it`, { hint: 'check the interface and the port', exitCode: 64, cause });
}

async function joined({ at, port = RECOVERY_PORT }: LanLinkOptions, name: string): Promise<Socket> {
  const socket = createSocket({ type: at.family === 'IPv4' ? 'udp4' : 'udp6', reuseAddr: true, ipv6Only: at.family === 'IPv6' });
  const group = GROUPS[at.family];
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      // Bound to the group, the socket hears nothing that is sent to this machine alone.
      socket.bind({ address: at.family === 'IPv4' ? group : `${group}%${at.name}`, port }, resolve);
    });
    const local = at.family === 'IPv4' ? at.address : `::%${at.name}`;
    socket.addMembership(group, local);
    socket.setMulticastInterface(local);
    socket.setMulticastTTL(1);
    socket.setMulticastLoopback(true);
  } catch (error) {
    socket.close();
    throw failed(name, error);
  }
  socket.removeAllListeners('error');
  // A network that is down for a while costs messages and nothing else.
  socket.on('error', () => undefined);
  return socket;
}

class LanLink implements Link {
  readonly name: string;
  readonly kind: LinkKind;
  readonly ratePerSecond?: number;
  readonly #options: LanLinkOptions;
  readonly #socket: Socket;
  readonly #streams = new Set<ByteStream>();
  #server: Server | undefined;

  constructor(name: string, options: LanLinkOptions, socket: Socket) {
    this.name = name;
    this.kind = options.kind ?? 'lan';
    if (options.ratePerSecond !== undefined) this.ratePerSecond = options.ratePerSecond;
    this.#options = options;
    this.#socket = socket;
  }

  broadcast(bytes: Uint8Array): void {
    const { at, port = RECOVERY_PORT } = this.#options;
    this.#socket.send(bytes, port, at.family === 'IPv4' ? GROUPS.IPv4 : `${GROUPS.IPv6}%${at.name}`, () => undefined);
  }

  hear(take: TakeMessage): () => void {
    const listener = (bytes: Buffer, { address }: { address: string }): void => {
      if (this.#options.at.isNear(address)) take(bytes, address);
    };
    this.#socket.on('message', listener);
    return () => void this.#socket.off('message', listener);
  }

  async connect(address: string, port: number, signal: AbortSignal): Promise<ByteStream> {
    const { at } = this.#options;
    if (!at.isNear(address)) throw new Error(`${this.name}: expected an address of its own network, got ${address}; nothing was connected`);
    return connectStream(address, port, at.address, signal);
  }

  listen(take: (stream: ByteStream) => void): Promise<number> {
    const { at, uploadPort = 0 } = this.#options;
    const server = createServer((socket) => {
      const peer = socket.remoteAddress ?? '';
      if (!at.isNear(peer)) return void socket.destroy();
      const stream = socketStream(socket, peer);
      this.#streams.add(stream);
      socket.once('close', () => this.#streams.delete(stream));
      take(stream);
    });
    server.maxConnections = CONNECTIONS;
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', (error) => reject(failed(this.name, error)));
      server.listen({ host: at.address, port: uploadPort }, () => {
        const address = server.address();
        if (address === null || typeof address === 'string') return reject(failed(this.name, new Error('it has no port')));
        server.on('error', () => undefined);
        resolve(address.port);
      });
    });
  }

  async close(): Promise<void> {
    for (const stream of this.#streams) stream.destroy();
    await Promise.all([
      new Promise<void>((resolve) => { this.#socket.close(() => resolve()); }),
      new Promise<void>((resolve) => { if (this.#server === undefined) resolve(); else this.#server.close(() => resolve()); }),
    ]);
  }
}

/** Opens the link of one address. It hears from then on, and lets nobody in before `listen`. */
export async function openLanLink(options: LanLinkOptions): Promise<Link> {
  const name = `${options.kind ?? 'lan'} ${options.at.name} ${options.at.family}`;
  return new LanLink(name, options, await joined(options, name));
}
