import { expect, test } from 'vitest';
import { type BootCount, type BootSign, countBoot, isDead, NO_BOOTS } from '../../host/recovery/boot-decision.ts';
import { runSeed, seeded } from '../random.ts';

const after = (signs: readonly BootSign[], from: BootCount = NO_BOOTS): BootCount => signs.reduce(countBoot, from);
const failedBoot = (code: number): BootSign[] => [{ sign: 'start' }, { sign: 'post', code }, { sign: 'watchdog', use: 'frb2' }];

test('an image is dead after three failed boots that stopped at the same place, and not before', () => {
  expect(isDead(after([...failedBoot(0x2b), ...failedBoot(0x2b)]))).toBe(false);
  expect(isDead(after([...failedBoot(0x2b), ...failedBoot(0x2b), ...failedBoot(0x2b)]))).toBe(true);
});

test('boots that stop at different places, or a healthy one in between, start the count anew', () => {
  expect(isDead(after([0x2b, 0x2b, 0x31, 0x2b, 0x2b].flatMap(failedBoot)))).toBe(false);
  expect(isDead(after([...failedBoot(0x2b), ...failedBoot(0x2b), { sign: 'start' }, { sign: 'up' }, ...failedBoot(0x2b)]))).toBe(false);
});

test('a watchdog of the operating system, and one without a boot, say nothing about the firmware', () => {
  const stray: BootSign[] = [{ sign: 'start' }, { sign: 'watchdog', use: 'sms' }, { sign: 'watchdog', use: 'os-load' }, { sign: 'up' }, { sign: 'watchdog', use: 'frb2' }];
  expect(after([...stray, ...stray, ...stray])).toEqual(NO_BOOTS);
});

test('no false recovery in 100,000 healthy boots with stray watchdog events and POST codes', () => {
  const seed = runSeed();
  const random = seeded(seed);
  const uses = ['frb3', 'frb2', 'post', 'os-load', 'sms', 'oem'] as const;
  let count = NO_BOOTS;
  let strays = 0;
  const sign = (one: BootSign): void => {
    count = countBoot(count, one);
    if (isDead(count)) throw new Error(`a healthy image was called dead; SEED=${seed}`);
  };
  for (let boot = 0; boot < 100_000; boot++) {
    sign({ sign: 'start' });
    for (let code = 0; code < 3; code++) sign({ sign: 'post', code: [0x11, 0x2b, 0x92][code]! });
    // A timer that another one has left running: at any moment of a boot that goes well, and after it.
    while (random() < 0.4) {
      strays++;
      sign({ sign: 'watchdog', use: uses[Math.floor(random() * uses.length)]! });
    }
    sign({ sign: 'up' });
    if (random() < 0.2) sign({ sign: 'watchdog', use: 'frb2' });
  }
  expect(strays).toBeGreaterThan(50_000);
});
