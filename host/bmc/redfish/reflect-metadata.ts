// The three functions of the reflect-metadata proposal that tsyringe, on which @peculiar/x509 rests, asks for when it
// is loaded. Has to be imported before that.

type Metadata = Map<unknown, unknown>;
const kept = new WeakMap<object, Metadata>();

const own = (key: unknown, target: object): unknown => kept.get(target)?.get(key);

function inherited(key: unknown, target: object): unknown {
  for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    if (kept.get(at)?.has(key) === true) return own(key, at);
  }
  return undefined;
}

function define(key: unknown, value: unknown, target: object): void {
  const metadata: Metadata = kept.get(target) ?? new Map<unknown, unknown>();
  kept.set(target, metadata.set(key, value));
}

if (!('getMetadata' in Reflect)) Object.assign(Reflect, { getMetadata: inherited, getOwnMetadata: own, defineMetadata: define });

export {};
