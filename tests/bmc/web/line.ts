// The network between a browser and the board, which a test can cut, or make swallow everything.
import net from 'node:net';

export interface Line {
  /** `https://127.0.0.1:PORT`, which leads to the board. */
  readonly url: string;
  /** Every connection ends, and no other one comes about. */
  cut(): void;
  /** Connections stay and carry nothing, in either direction. */
  swallow(): void;
  /** Carries again; what was swallowed stays lost, so those connections end. */
  mend(): void;
  remove(): Promise<void>;
}

export async function line(boardUrl: string): Promise<Line> {
  const { hostname, port } = new URL(boardUrl);
  let state: 'whole' | 'cut' | 'swallowing' = 'whole';
  const pairs = new Set<readonly [net.Socket, net.Socket]>();
  const end = (): void => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
    pairs.clear();
  };
  const server = net.createServer((near) => {
    if (state === 'cut') return void near.destroy();
    const far = net.connect(Number(port), hostname);
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [from, to] of [[near, far], [far, near]] as const) {
      from.on('data', (bytes) => { if (state === 'whole') to.write(bytes); });
      from.on('error', () => undefined);
      from.on('close', () => {
        to.destroy();
        pairs.delete(pair);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    cut() {
      state = 'cut';
      end();
    },
    swallow() {
      state = 'swallowing';
    },
    mend() {
      state = 'whole';
      end();
    },
    remove() {
      end();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
