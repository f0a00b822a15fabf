// The states that a device can be in, and the requests that it can be asked.
import { SESSION, testImage, type Conversation } from './conversation.ts';

export const bmc = testImage('bmc', '2.0', 2000);
export const bios = testImage('bios', '2.0', 1500);

/** Every state that a device can be in between two messages, and how it gets there. */
export const STATES: Readonly<Record<string, (it: Conversation) => void>> = {
  idle: () => undefined,
  'upgrade open': (it) => void it.startUpgrade(),
  'file begun': (it) => (STATES['upgrade open']!(it), void it.startFile(bmc)),
  'file half there': (it) => (STATES['file begun']!(it), void it.data(bmc, 0), void it.data(bmc, 1024)),
  'file whole': (it) => (STATES['file begun']!(it), it.dataAll(bmc)),
  'image stored': (it) => (STATES['file whole']!(it), void it.endFile(bmc)),
  'image failed': (it) => (STATES['file begun']!(it), it.dataAll({ ...bmc, bytes: bmc.bytes.map((byte) => byte ^ 1) }), void it.endFile(bmc)),
  'upgrade ended': (it) => (STATES['image stored']!(it), void it.endUpgrade('No')),
};

/** Asks something; the answer's completion code is what counts. */
export type Request = (it: Conversation) => { readonly completion: string };

/** Every request, right for the state if one is. */
export const REQUESTS: Readonly<Record<string, Request>> = {
  hello: (it) => it.ask('hello-request', { lowest: 1, highest: 1, session: SESSION, largestMessage: 1024 }),
  'hello of others': (it) => it.ask('hello-request', { lowest: 4, highest: 9, session: SESSION, largestMessage: 1024 }),
  inventory: (it) => it.ask('inventory-request', { index: 1 }),
  'inventory of none': (it) => it.ask('inventory-request', { index: 2 }),
  status: (it) => it.ask('status-request', {}),
  'start upgrade': (it) => it.startUpgrade(),
  'start by another': (it) => it.startUpgrade(SESSION + 1),
  'start file': (it) => it.startFile(bmc),
  'start other file': (it) => it.startFile(bios),
  data: (it) => it.data(bmc, 0),
  'end file': (it) => it.endFile(bmc),
  'end upgrade': (it) => it.endUpgrade('No'),
  abort: (it) => it.ask('abort-request', { upgrade: it.upgrade, keep: true, reason: 'Asked' }),
};
