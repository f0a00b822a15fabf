// Signed images from a LIF volume, whose names are too short for IMAGE.minisig: the config names the signatures.
import { afterEach, expect, test } from 'vitest';
import { emulatedBus } from '../../host/bus/emulated-machine.ts';
import { managementFunction } from '../../host/bus/management-function.ts';
import { boot } from '../isl/virtual-loader.ts';
import { volumeWith } from '../lif/virtual-volume.ts';
import { program } from '../program/ferry-run.ts';
import { KEY, signatureOf } from '../program/signatures.ts';
import { seeded } from '../random.ts';
import { firmware, Rig, sha256 } from '../trouble/rig.ts';

const BMC = firmware(200_000, 1);
const rig = new Rig({ labMode: false, pin: [KEY.publicKey] });
afterEach(() => rig.remove());

test('a board that takes signed images only is updated by ISL', () => {
  const random = seeded(1);
  const bootWith = (signature: string) => boot({
    volume: volumeWith({
      FERRY: program, FERRY_INI: `[image bmc]\nfile = bmc.bin\ncomponent = bmc\nversion = 2.0\n${signature}\n`, BMC_BIN: BMC,
      BMC_SIG: Buffer.from(signatureOf(BMC, { version: '2.0' })), AUTO: 'ferry -c ferry.ini\n',
    }, 16_384),
    bus: emulatedBus(managementFunction(rig.registers, rig.window)), onPass: (milliseconds) => rig.pass(milliseconds), random,
  });
  const without = bootWith('');
  expect(without.output).toContain('because the device takes signed images only, got none');
  expect(without.output).toContain('FERRY returned 1\n');
  expect(bootWith('signature = bmc.sig').output).toContain('FERRY returned 0\n');
  expect(rig.stored('bmc')).toBe(sha256(BMC));
});
