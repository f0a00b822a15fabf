// Trouble between the program and the device, one process, virtual time.
import { afterEach, describe, expect, test } from 'vitest';
import { emulatedBus } from '../../host/bus/emulated-machine.ts';
import { runCommand } from '../../host/wasi/command.ts';
import { programModule } from '../program/ferry-run.ts';
import { runSeed, seeded } from '../random.ts';
import { errorsOf, firmware, named, Rig, sha256 } from './rig.ts';

const SEED = runSeed();
const ROUNDS = Number(process.env['TROUBLE_ROUNDS'] ?? 12);

const BMC = firmware(900_000, 1);
const BIOS = firmware(500_000, 2);
const CONFIG = `[upgrade]
activate = now
report = report.json
[image bmc]
file = bmc.bin
component = bmc
version = 2.0
[image bios]
file = bios.bin
component = bios
version = 2.0
`;

let rig: Rig;

function rigWithConfig(): Rig {
  rig = new Rig();
  rig.config(CONFIG, { 'bmc.bin': BMC, 'bios.bin': BIOS });
  return rig;
}

/** Runs the same command until it says done or nothing to do. */
function untilDone(where: string): void {
  for (let attempt = 0; attempt < 4; attempt++) {
    const { code, out } = rig.run();
    if (code === 3 || code === 2) return;
    expect([1, 4, 5], `${where}\n${out}`).toContain(code);
  }
  expect.unreachable(`${where}: not done after four runs`);
}

/** What the device says that it runs, and what lies in its flash, are the images. */
function expectStored(where: string): void {
  expect(rig.stored('bmc'), where).toBe(sha256(BMC));
  expect(rig.stored('bios'), where).toBe(sha256(BIOS));
}

afterEach(() => rig.remove());

test('a whole run stores both images and says that the host needs a reset', () => {
  const result = rigWithConfig().run();
  expect(result.code, result.out).toBe(3);
  expect(named(result, 'stored').map((event) => event['component'])).toEqual(['bmc', 'bios']);
  expectStored('');
  const report = JSON.parse(new TextDecoder().decode(rig.files.get('report.json') as Uint8Array)) as { exitCode: number; images: { outcome: string }[] };
  expect(report.exitCode).toBe(3);
  expect(report.images.map((image) => image.outcome)).toEqual(['stored', 'stored']);
  expect(rig.run().code).toBe(2);
});

describe('a device that can not be reached', () => {
  test('no function on the bus', () => {
    rig = rigWithConfig();
    const system = rig.system(['-c', 'ferry.ini']);
    expect(runCommand(programModule, system, emulatedBus(undefined))).toBe(1);
    expect(system.stdout.text).toContain('expected a PCI function 4652:0001');
    expect(system.stdout.text).toContain('nothing was sent; the device was not heard, so its state is not known');
  });

  test('a function that is there and was never started', () => {
    rig = rigWithConfig();
    rig.isOn = false;
    rig.registers.write32(0, 0);
    const result = rig.run();
    expect(result.code).toBe(1);
    expect(errorsOf(result)).toContain('no management controller answers');
  });

  test('only protocol versions that are newer', () => {
    rig = rigWithConfig();
    rig.registers.write32(4, (9 << 16) | 8);
    const result = rig.run();
    expect(result.code).toBe(1);
    expect(errorsOf(result)).toContain('speaks protocol versions 8 to 9: expected version ');
    expect(errorsOf(result)).toContain('use a newer ferry');
  });

  test('silence: the program waits half a minute and says so', () => {
    rig = rigWithConfig();
    rig.isOn = false;
    const since = rig.nowMs;
    const result = rig.run();
    expect(result.code).toBe(1);
    expect(errorsOf(result)).toContain('expected a response, got silence');
    expect(rig.nowMs - since).toBeLessThan(60_000);
  });

  test('silence in the middle of an image, then the same command again', () => {
    rig = rigWithConfig();
    rig.onSleep = () => { if (rig.controller!.transfer().done > 300_000) rig.isOn = false; };
    const result = rig.run();
    expect(result.code, result.out).toBe(1);
    expect(errorsOf(result)).toContain('on its old image, whole');
    rig.onSleep = () => undefined;
    rig.isOn = true;
    untilDone('after the silence');
    expectStored('after the silence');
  });

  test('registers that describe rings which can not be', () => {
    rig = rigWithConfig();
    rig.onWorked = () => rig.registers.write32(0x1c, 12345);
    const result = rig.run();
    expect(result.code).toBe(1);
    expect(errorsOf(result)).toContain('describe no mailbox that can be');
  });
});

test('the controller is killed and started again at moments all over a run: the same run finishes', () => {
  const turns = rigWithConfig().undisturbedTurns();
  rig.remove();
  for (let round = 0; round < ROUNDS; round++) {
    const random = seeded(SEED + round);
    rigWithConfig();
    const at = Math.floor(random() * turns);
    const where = `SEED=${SEED} round ${round}, killed at turn ${at} of ${turns}`;
    rig.onSleep = (turn) => { if (turn === at) rig.restart(); };
    const result = rig.run();
    expect([3, 1, 5], `${where}\n${result.out}`).toContain(result.code);
    rig.onSleep = () => undefined;
    if (result.code !== 3) untilDone(where);
    expectStored(where);
    if (round < ROUNDS - 1) rig.remove();
  }
});

test('a controller that is killed in the middle of an image goes on from what it kept', () => {
  rigWithConfig();
  let killed = false;
  rig.onSleep = () => {
    const { done, phase } = rig.controller!.transfer();
    if (killed || phase !== 'receiving' || done < 400_000) return;
    killed = true;
    rig.restart();
  };
  const result = rig.run();
  expect(result.code, result.out).toBe(3);
  expect(Number(named(result, 'resumed')[0]?.['offset'])).toBeGreaterThanOrEqual(262_144);
  expectStored('');
});

describe('garbage', () => {
  const disturb = (name: string, write: (random: () => number) => void): void => {
    test(`${name}, again and again, at seeded moments`, () => {
      const turns = rigWithConfig().undisturbedTurns();
      rig.remove();
      for (let round = 0; round < ROUNDS; round++) {
        const random = seeded(SEED + 31 * round);
        const every = 1 + Math.floor((random() * turns) / 6);
        const where = `SEED=${SEED} round ${round}, every ${every} turns`;
        rigWithConfig();
        let left = 40;
        rig.onSleep = (turn) => { if (turn % every === 0 && left-- > 0) write(random); };
        const result = rig.run();
        expect([3, 1, 4, 5], `${where}\n${result.out}`).toContain(result.code);
        rig.onSleep = () => undefined;
        if (result.code !== 3) untilDone(where);
        expectStored(where);
        if (round < ROUNDS - 1) rig.remove();
      }
    });
  };
  const noise = (random: () => number, size: number): Uint8Array => new Uint8Array(size).map(() => Math.floor(random() * 256));
  const index = (random: () => number): Uint8Array => {
    const bytes = new Uint8Array(8);
    const value = Math.floor(random() * 4294967296) >>> 0;
    new DataView(bytes.buffer).setUint32(0, value, true);
    new DataView(bytes.buffer).setUint32(4, ~value >>> 0, true);
    return bytes;
  };

  disturb('bits flip in the ring to the device', (random) => rig.window.write(0x1000 + Math.floor(random() * 900_000), noise(random, 1)));
  disturb('bytes change in the ring to the host', (random) => rig.window.write(0x201000 + Math.floor(random() * 4000), noise(random, 64)));
  disturb('the host\'s head is an index that can not be', (random) => rig.window.write(0x00, index(random)));
  disturb('the device\'s head is an index that can not be', (random) => rig.window.write(0x80, index(random)));
  disturb('a tail is an index that can not be', (random) => rig.window.write(random() < 0.5 ? 0x40 : 0xc0, index(random)));
  disturb('an index is torn', (random) => rig.window.write([0, 0x40, 0x80, 0xc0][Math.floor(random() * 4)]!, noise(random, 8)));
  disturb('the whole first page of the window is noise', (random) => rig.window.write(0, noise(random, 4096)));
});

describe('an upgrade that someone gives up at the device', () => {
  test.each([['while the first image is sent', 'receiving', 'bmc'], ['while an image is stored', 'writing', 'bmc'], ['between two images', 'receiving', 'bios']] as const)(
    '%s is not taken up again by its session; the next run finishes it', (_when, phase, component) => {
      rig = rigWithConfig();
      let asked = false;
      rig.onWorked = () => {
        const at = rig.controller?.transfer();
        if (asked || at === undefined || at.phase !== phase || at.component !== component || at.done === 0) return;
        asked = true;
        void rig.controller?.management.abort('admin');
      };
      const result = rig.run();
      expect(asked).toBe(true);
      expect(result.code, result.out).toBe(1);
      expect(errorsOf(result)).toContain('the upgrade has been given up there');
      expect(rig.controller?.management.upgrades(9), 'no other one was begun').toHaveLength(1);
      expect(rig.controller?.management.upgrades(1)[0]).toMatchObject({ state: 'aborted' });
      untilDone('after it was given up');
      expectStored('in the end');
    });
});

test('a device that is not heard any more keeps the exit code of a run that has left half an image', () => {
  rig = rigWithConfig();
  expect(rig.run().code).toBe(3);
  const report = new TextDecoder().decode(rig.files.get('report.json') as Uint8Array);
  rig.registers.write32(0, 0);
  rig.isOn = false;
  expect(rig.run().code).toBe(1);
  rig.files.set('report.json', new TextEncoder().encode(report.replace('"exitCode":3', '"exitCode":5')));
  expect(rig.run().code).toBe(5);
});
