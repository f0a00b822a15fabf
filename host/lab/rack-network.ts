// How the lab's controllers reach each other: on the loopback network with an address each, or, where root allows it, each
// in a network namespace of its own, joined by a bridge. Nothing of it leaves the machine.
import { execFileSync } from 'node:child_process';
import { FerryError } from '../error.ts';

export interface RackNetwork {
  /** What is left of it when nobody removes it. */
  readonly namespaces?: { readonly name: string; readonly count: number };
  /** Of a controller, counted from 1; 0 is the console. */
  address(number: number): string;
  /** What recovery.ini and `ferry donor` name. */
  interfaceOf(number: number): string;
  /** What stands before a command that runs there. */
  prefix(number: number): readonly string[];
  remove(): void;
}

export class LoopbackNetwork implements RackNetwork {
  address(number: number): string {
    return `127.0.77.${10 + number}`;
  }

  interfaceOf(number: number): string {
    return this.address(number);
  }

  prefix(): readonly string[] {
    return [];
  }

  remove(): void {
    // Nothing was made.
  }
}

/** The namespaces NAME-0 (the bridge, and the console at it), NAME-1, … Their links go with them. */
export class NamespaceNetwork implements RackNetwork {
  readonly #name: string;
  readonly #count: number;

  /** Makes them. `network-failed` when the system does not let us; nothing is left of it then. */
  constructor(name: string, count: number) {
    this.#name = name;
    this.#count = count;
    try {
      this.#make();
    } catch (error) {
      this.remove();
      throw new FerryError('network-failed', `network namespaces can not be made here: ${(error as Error).message.split('\n').at(-1) || (error as Error).message}; nothing was started`, {
        hint: 'be root, with iproute2 installed; or leave --namespaces away: then each controller has a loopback address of its own', exitCode: 64, cause: error,
      });
    }
  }

  address(number: number): string {
    return `10.77.0.${10 + number}`;
  }

  interfaceOf(number: number): string {
    return number === 0 ? 'rack' : 'eth0';
  }

  prefix(number: number): readonly string[] {
    return ['ip', 'netns', 'exec', this.#namespace(number)];
  }

  get namespaces() {
    return { name: this.#name, count: this.#count };
  }

  remove(): void {
    removeNamespaces(this.#name, this.#count);
  }

  #make(): void {
    const bridge = this.#namespace(0);
    ip('netns', 'add', bridge);
    // A bridge that waits for other bridges, or for members of groups, would swallow the first requests.
    ip('-n', bridge, 'link', 'add', 'rack', 'type', 'bridge', 'forward_delay', '0', 'mcast_snooping', '0');
    this.#up(bridge, 'rack', this.address(0));
    for (let number = 1; number <= this.#count; number++) {
      const namespace = this.#namespace(number);
      ip('netns', 'add', namespace);
      ip('-n', bridge, 'link', 'add', `port${number}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
      ip('-n', bridge, 'link', 'set', `port${number}`, 'master', 'rack', 'addrgenmode', 'none', 'up');
      this.#up(namespace, 'eth0', this.address(number));
    }
  }

  #up(namespace: string, name: string, address: string): void {
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    // IPv4 alone: an IPv6 address is of no use for its first seconds.
    ip('-n', namespace, 'link', 'set', name, 'addrgenmode', 'none');
    ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', name);
    ip('-n', namespace, 'link', 'set', name, 'up');
  }

  #namespace(number: number): string {
    return `${this.#name}-${number}`;
  }
}

/** Removes those that are there. */
export function removeNamespaces(name: string, count: number): void {
  for (let number = 0; number <= count; number++) {
    try {
      ip('netns', 'delete', `${name}-${number}`);
    } catch {
      // It was not made, or somebody else has removed it.
    }
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}
