import { expect, it } from 'vitest';
import type { BootSnapshot } from '../../../host/bmc/boot-watch.ts';
import { bootProgressOf } from '../../../host/bmc/redfish/boot-progress.ts';

const boot = (state: BootSnapshot['state'], lastPostCode?: number): BootSnapshot => ({ state, lastPostCode, failure: undefined, boot: 1, text: '' });

it('a boot is told in the words of the specification, and where it has none by its POST code', () => {
  expect(bootProgressOf(boot('up', 0xaf))).toEqual({ LastState: 'OSRunning' });
  expect(bootProgressOf(boot('booting', 0xad))).toEqual({ LastState: 'OSBootStarted' });
  expect(bootProgressOf(boot('stopped', 0x4f))).toEqual({ LastState: 'OEM', OemLastState: 'POST code 4Fh (DXE IPL is started)' });
  expect(bootProgressOf(boot('stopped'))).toEqual({ LastState: 'None' });
  expect(bootProgressOf(boot('off'))).toEqual({ LastState: 'None' });
});

it('of a host that tells nothing of its boots nothing is said', () => {
  expect([bootProgressOf(undefined), bootProgressOf(boot('unknown'))]).toEqual([undefined, undefined]);
});
