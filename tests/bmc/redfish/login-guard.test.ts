// How often one may try, as a pure matter of times and addresses.
import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../host/bmc/redfish/accounts-file.ts';
import { ATTEMPTS, LoginGuard, networkOf } from '../../../host/bmc/redfish/login-guard.ts';

const clock = { ms: 0 };
const guardOf = (): LoginGuard => new LoginGuard(() => clock.ms, () => DEFAULT_SETTINGS);

it('attempts that are not decided yet count, and those that go well are given back', () => {
  const guard = guardOf();
  const attempts = Array.from({ length: ATTEMPTS }, () => guard.begin('10.0.0.1'));
  expect(attempts.every((attempt) => typeof attempt !== 'number')).toBe(true);
  expect(guard.begin('10.0.0.1')).toBe(60);
  expect(typeof guard.begin('10.0.0.2')).toBe('object');
  const [first] = attempts;
  if (typeof first !== 'object') throw new Error('refused');
  first.succeeded();
  first.succeeded();
  expect(typeof guard.begin('10.0.0.1')).toBe('object');
  expect(guard.begin('10.0.0.1')).toBe(60);
  clock.ms += 60_000;
  expect(typeof guard.begin('10.0.0.1')).toBe('object');
});

it('many addresses cost a bounded memory and do not free the one that is watched last', () => {
  const guard = guardOf();
  for (let count = 0; count < 20_000; count++) guard.begin(`10.${count >> 16}.${(count >> 8) & 255}.${count & 255}`);
  for (let count = 0; count < ATTEMPTS; count++) guard.begin('192.0.2.1');
  expect(guard.begin('192.0.2.1')).toBe(60);
});

it.each([
  ['127.0.0.1', '127.0.0.1'], ['::1', '::1'], ['::ffff:192.0.2.7', '192.0.2.7'], ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'], ['2001:db8:1:2:9::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'], ['fe80::1%eth0', 'fe80:0:0:0::/64'], ['::2', '0:0:0:0::/64'],
])('the address %s is one of the network %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
