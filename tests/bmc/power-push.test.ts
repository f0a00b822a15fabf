// An image of a remote user needs no host: the controller has power of its own.
import { expect, it } from 'vitest';
import type { PushOutcome } from '../../host/bmc/management.ts';
import { CHUNK, Machine } from './machine.ts';
import { smallImage } from './small-board.ts';

it.each(['ForceOff', 'ForceRestart', 'PowerCycle'] as const)('an image that a remote user sends is stored although %s comes in the middle', async (action) => {
  const machine = new Machine();
  const { management } = machine.controller;
  const { bytes, digest } = smallImage('bmc', '2.0.0', 2);
  let wasCut = false;
  const push = management.push({
    user: 'admin', component: 'bmc', version: '2.0.0', size: bytes.length, sha256: Buffer.from(digest).toString('hex'), signature: undefined, allow: 'upgrade', activate: 'now',
    read(offset, into) {
      if (offset >= CHUNK && !wasCut) wasCut = management.power(action, 'admin').ok;
      into.set(bytes.subarray(offset, offset + into.length));
    },
  });
  let outcome: PushOutcome | undefined;
  void push.then((begun) => ('done' in begun ? begun.done.then((end) => (outcome = end)) : undefined));
  for (let step = 0; step < 5000 && outcome === undefined; step++) {
    machine.controller.step();
    machine.clock.now++;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect([wasCut, outcome]).toMatchObject([true, { ok: true }]);
  machine.remove();
});
