// Trouble at the management controller and with the images, one process, virtual time.
import { afterEach, describe, expect, test } from 'vitest';
import { openDurableFile, type OpenFile } from '../../host/bmc/durable-file.ts';
import { FLASH_PARTS } from '../../host/bmc/flash-part.ts';
import { MemoryFile } from '../wasi/recording-system.ts';
import { WasiError } from '../../host/wasi/system.ts';
import { errorsOf, firmware, named, Rig, RIG_BOARD, type RigOptions, sha256 } from './rig.ts';

const OLD = { bmc: firmware(700_000, 11), bios: firmware(400_000, 12) };
const NEW = { bmc: firmware(900_000, 21), bios: firmware(500_000, 22) };

const config = (version: string, settings = ''): string => `[upgrade]
report = report.json
${settings}
[image bmc]
file = bmc.bin
component = bmc
version = ${version}
[image bios]
file = bios.bin
component = bios
version = ${version}
`;

let rig: Rig;

/** A machine that runs the old images, and the new ones on its volume. */
function installed(settings = '', options: RigOptions = {}): Rig {
  rig = new Rig(options);
  rig.config(config('1.0'), { 'bmc.bin': OLD.bmc, 'bios.bin': OLD.bios });
  expect(rig.run().code).toBe(3);
  rig.config(config('2.0', settings), { 'bmc.bin': NEW.bmc, 'bios.bin': NEW.bios });
  return rig;
}

const expectRunning = (images: { bmc: Uint8Array; bios: Uint8Array }): void => {
  expect(rig.stored('bmc')).toBe(sha256(images.bmc));
  expect(rig.stored('bios')).toBe(sha256(images.bios));
};

const failing = (code: string): Error => Object.assign(new Error(`${code}: made to fail`), { code });

afterEach(() => rig.remove());

describe('the disk of the controller', () => {
  test('no space for staging: the old images run, and with space again the same command finishes', () => {
    let room = Infinity;
    const openFile: OpenFile = (path) => {
      const file = openDurableFile(path);
      return { ...file, write: (offset, from) => {
        if (path.endsWith('.image') && (room -= from.length) < 0) throw failing('ENOSPC');
        file.write(offset, from);
      } };
    };
    installed('', { openFile });
    room = 300_000;
    const result = rig.run();
    expect(result.code, result.out).toBe(1);
    expect(errorsOf(result)).toContain('answered StagingFull: no space is left where it collects images');
    expect(errorsOf(result)).toContain('on its old image, whole');
    expectRunning(OLD);
    room = Infinity;
    expect(rig.run().code).toBe(3);
    expectRunning(NEW);
  });

  test('staging that can not be written', () => {
    let broken = false;
    const openFile: OpenFile = (path) => {
      const file = openDurableFile(path);
      return { ...file, write: (offset, from) => {
        if (broken) throw failing('EIO');
        file.write(offset, from);
      } };
    };
    installed('', { openFile });
    broken = true;
    const result = rig.run();
    expect(result.code, result.out).toBe(1);
    expect(errorsOf(result)).toContain('StagingFailed');
    broken = false;
    expect(rig.run().code).toBe(3);
    expectRunning(NEW);
  });
});

describe('flash that fails', () => {
  /** The next erase or program of this chip fails once it is armed. */
  function failingChip(chip: string): { armed: boolean; options: RigOptions } {
    const fault = { armed: false, options: {} as RigOptions };
    fault.options = { flashFault: (name, operation) => {
      if (fault.armed && name.startsWith(chip) && operation.kind !== 'read') throw failing('EIO');
      return undefined;
    } };
    return fault;
  }

  test('in the slot that does not run: exit code 1, the old image runs', () => {
    const fault = failingChip('bmc');
    installed('', fault.options);
    fault.armed = true;
    const result = rig.run();
    expect(result.code, result.out).toBe(1);
    expect(errorsOf(result)).toContain('FlashFailed');
    expectRunning(OLD);
    fault.armed = false;
    expect(rig.run().code).toBe(3);
    expectRunning(NEW);
  });

  test('in the only slot: exit code 5, and the same command writes it anew', () => {
    const fault = failingChip('bios');
    installed('on-error = continue', fault.options);
    fault.armed = true;
    const result = rig.run();
    expect(result.code, result.out).toBe(5);
    expect(errorsOf(result)).toContain('do not cut the power and do not reset the machine');
    expect(rig.stored('bmc')).toBe(sha256(NEW.bmc));
    fault.armed = false;
    expect(rig.run().code).toBe(3);
    expectRunning(NEW);
  });

  test('in the only slot: the next start of the controller tries again by itself', () => {
    const fault = failingChip('bios');
    installed('on-error = continue', fault.options);
    fault.armed = true;
    expect(rig.run().code).toBe(5);
    const status = rig.run(['status']);
    expect(named(status, 'status')[0]?.['safeToRemovePower']).toBe(false);
    fault.armed = false;
    rig.restart();
    for (let turn = 0; turn < 200; turn++) rig.pass(1);
    expectRunning(NEW);
    expect(named(rig.run(['status']), 'status')[0]?.['safeToRemovePower']).toBe(true);
  });

  test('a part that reports success and does nothing is found by reading back', () => {
    let armed = false;
    installed('', { flashFault: (name, operation) => (armed && name === 'bmc-1' && operation.kind === 'program' ? { ignored: true } : undefined) });
    armed = true;
    const result = rig.run();
    expect(result.code, result.out).toBe(1);
    expect(errorsOf(result)).toContain('ReadBackMismatch');
    expectRunning(OLD);
  });

  test('on-error = stop leaves the images after the failed one alone, and does not activate those before', () => {
    const fault = failingChip('bios');
    installed('on-error = stop', fault.options);
    fault.armed = true;
    expect(rig.run().code).toBe(5);
    expect(rig.stored('bmc')).toBe(sha256(OLD.bmc));
    fault.armed = false;
    expect(rig.run().code).toBe(3);
    expectRunning(NEW);
  });

  test('on-error = continue sends what comes after the failed image', () => {
    const fault = failingChip('bmc');
    installed('on-error = continue', fault.options);
    fault.armed = true;
    const result = rig.run();
    expect(result.code, result.out).toBe(1);
    expect(rig.stored('bmc')).toBe(sha256(OLD.bmc));
    expect(rig.stored('bios')).toBe(sha256(NEW.bios));
  });
});

test('the slot records can not be written: nothing of the slot is touched', () => {
  let armed = false;
  installed('', { flashFault: (name, operation) => {
    if (armed && name === 'records' && operation.kind !== 'read') throw failing('EIO');
    return undefined;
  } });
  armed = true;
  const result = rig.run();
  expect(result.code, result.out).toBe(1);
  expect(errorsOf(result)).toContain('RecordFailed');
  expectRunning(OLD);
  armed = false;
  expect(rig.run().code).toBe(3);
  expectRunning(NEW);
});

describe('images', () => {
  test('larger than the slot: nothing is sent', () => {
    installed();
    rig.files.set('bios.bin', firmware(600_000, 5));
    const result = rig.run();
    expect(result.code, result.out).toBe(1);
    expect(errorsOf(result)).toContain('expected at most 512.0 KiB, the size of the slot, got 585.9 KiB');
    expect(named(result, 'stored')).toEqual([]);
    expectRunning(OLD);
  });

  test('changes while it is sent: the transfer ends, the old image runs', () => {
    installed();
    const system = rig.system(['-c', 'ferry.ini']);
    rig.onSleep = () => {
      if (rig.controller!.transfer().done < 200_000) return;
      system.files.get('bmc.bin')!.content[850_000]! ^= 1;
      rig.onSleep = () => undefined;
    };
    const file = system.files.get('bmc.bin')!;
    file.content = file.content.slice();
    const result = rig.run([], system);
    expect(result.code, result.out).toBe(1);
    expect(errorsOf(result)).toContain('expected 900000 bytes that stay as they are, got other bytes or another size at byte 786432');
    expectRunning(OLD);
    expect(rig.run().code).toBe(3);
    expectRunning(NEW);
  });

  test('reading fails half-way, before anything is sent and while it is sent', () => {
    for (const after of [8, 22]) {
      installed();
      rig.files.set('bmc.bin', () => {
        const file = new MemoryFile(NEW.bmc);
        file.failure = { after, error: new WasiError('io', 'made to fail') };
        return file;
      });
      const result = rig.run();
      expect(result.code, `${after}\n${result.out}`).toBe(1);
      expect(errorsOf(result)).toMatch(/reading failed at byte \d+ with .*EIO/);
      expectRunning(OLD);
      rig.files.set('bmc.bin', NEW.bmc);
      expect(rig.run().code).toBe(3);
      if (after === 8) rig.remove();
    }
  });

  test('a component that the device does not have', () => {
    installed();
    rig.config(config('2.0').replace('component = bios', 'component = boot'));
    const result = rig.run();
    expect(result.code, result.out).toBe(1);
    expect(errorsOf(result)).toContain('the device has no component boot: expected one of bmc, bios');
  });

  test('older, or other bytes of the same version, are not sent unless the config allows it', () => {
    installed();
    expect(rig.run().code).toBe(3);
    rig.config(config('1.5'), { 'bmc.bin': OLD.bmc, 'bios.bin': OLD.bios });
    const older = rig.run();
    expect(older.code).toBe(2);
    expect(named(older, 'plan').map((event) => event['verdict'])).toEqual(['runs-newer', 'runs-newer']);
    rig.config(config('2.0'));
    expect(named(rig.run(), 'plan').map((event) => event['verdict'])).toEqual(['runs-other', 'runs-other']);
    rig.config(config('1.5').replaceAll('version = 1.5', 'version = 1.5\nallow = downgrade'));
    expect(rig.run().code).toBe(3);
    expectRunning(OLD);
    expect(rig.running()).toEqual({ bmc: '1.5', bios: '1.5' });
  });

  test('64 MiB go through a program of 4 MiB of memory', { timeout: 120_000 }, () => {
    rig = new Rig({ board: { ...RIG_BOARD, components: [{ name: 'bmc', part: FLASH_PARTS.MT25QL512, slotCount: 1, slotSize: 64 * 1024 * 1024 }] } });
    const image = new Uint8Array(64 * 1024 * 1024).fill(0xff);
    image.set(firmware(3_000_000, 3), 17 * 1024 * 1024);
    image.set(firmware(100_000, 4), image.length - 100_000);
    rig.config('[image bmc]\nfile = bmc.bin\ncomponent = bmc\nversion = 1\n', { 'bmc.bin': image });
    const result = rig.run();
    expect(result.code, result.out).toBe(3);
    expect(rig.stored('bmc')).toBe(sha256(image));
  });
});

describe('ending in the middle', () => {
  test('a stop ends at a chunk with exit code 4; the next run goes on from there', () => {
    installed();
    const system = rig.system(['-c', 'ferry.ini']);
    rig.onSleep = () => { if (rig.controller!.transfer().done > 500_000) system.stop = true; };
    const result = rig.run([], system);
    expect(result.code, result.out).toBe(4);
    rig.onSleep = () => undefined;
    expectRunning(OLD);
    const next = rig.run();
    expect(next.code).toBe(3);
    expect(Number(named(next, 'resumed')[0]?.['offset'])).toBeGreaterThanOrEqual(458_752);
    expectRunning(NEW);
  });

  test('the time limit does the same, again and again, until all is done', () => {
    installed('time-limit = 40ms');
    const codes: number[] = [];
    for (let run = 0; run < 200 && codes.at(-1) !== 2; run++) {
      codes.push(rig.run().code);
      // Between two runs the device goes on with what it was writing.
      for (let turn = 0; turn < 20; turn++) rig.pass(1);
    }
    expect(new Set(codes.slice(0, -2))).toEqual(new Set([4]));
    expect(codes.slice(-2)).toEqual([3, 2]);
    expect(codes.length).toBeGreaterThan(4);
    expectRunning(NEW);
  });

  test('a time limit that has passed before the first chunk: every run gets further all the same', () => {
    installed('time-limit = 1ms');
    const codes: number[] = [];
    for (let run = 0; run < 100 && codes.at(-1) !== 2; run++) {
      codes.push(rig.run().code);
      for (let turn = 0; turn < 20; turn++) rig.pass(1);
    }
    expect(codes.slice(-2)).toEqual([3, 2]);
    expectRunning(NEW);
  });

  test('a time limit ends the wait for a silent device', () => {
    installed('time-limit = 2s');
    rig.isOn = false;
    const since = rig.nowMs;
    expect(rig.run().code).toBe(4);
    expect(rig.nowMs - since).toBeLessThan(10_000);
  });

  test('a stop while the device falls silent in the middle of an image ends within seconds', () => {
    installed();
    const system = rig.system(['-c', 'ferry.ini']);
    let since = 0;
    rig.onSleep = () => {
      if (rig.controller!.transfer().done < 300_000) return;
      rig.isOn = false;
      since ||= rig.nowMs;
      system.stop = true;
    };
    expect(rig.run([], system).code).toBe(4);
    expect(rig.nowMs - since).toBeLessThan(5000);
  });

  test('a stop while the device is silent', () => {
    installed();
    rig.isOn = false;
    const system = rig.system(['-c', 'ferry.ini']);
    const until = rig.nowMs + 5000;
    rig.onSleep = () => { if (rig.nowMs > until) system.stop = true; };
    expect(rig.run([], system).code).toBe(4);
    expect(rig.nowMs - until).toBeLessThan(1000);
  });
});

describe('a second host', () => {
  test('is refused while the first is alive, and is told by whom', () => {
    installed('', { leaseMs: 600_000 });
    let second = '';
    rig.onSleep = () => {
      if (second !== '' || rig.controller!.transfer().done < 300_000) return;
      second = 'runs';
      const result = rig.run();
      expect(result.code).toBe(1);
      second = errorsOf(result);
    };
    const first = rig.run();
    expect(second).toMatch(/held by another session, [0-9a-f]{8}, for/);
    expect(first.code, first.out).toBe(3);
    expectRunning(NEW);
  });

  test('gets the device when the first has been silent for longer than the lease', () => {
    installed();
    const system = rig.system(['-c', 'ferry.ini']);
    rig.onSleep = () => { if (rig.controller!.transfer().done > 300_000) throw new Error('the first host is dead'); };
    expect(() => rig.run([], system)).toThrow('the first host is dead');
    rig.onSleep = () => undefined;
    const result = rig.run();
    expect(result.code, result.out).toBe(3);
    expect(Number(named(result, 'resumed')[0]?.['offset'])).toBeGreaterThan(200_000);
    expectRunning(NEW);
  });
});

test('a reset of the host gives the lock back at once: its program is gone', () => {
  installed('', { leaseMs: 3_600_000 });
  rig.onSleep = () => { if (rig.controller!.transfer().done > 300_000) throw new Error('the host is reset'); };
  expect(() => rig.run()).toThrow('the host is reset');
  rig.onSleep = () => undefined;
  rig.registers.write32(0x88, rig.registers.read32(0x88) + 1);
  const result = rig.run();
  expect(result.code, result.out).toBe(3);
  expect(Number(named(result, 'resumed')[0]?.['offset'])).toBeGreaterThan(200_000);
  expectRunning(NEW);
});

describe('when images become active', () => {
  test('activate = no stores and does not activate; the next run has nothing to do', () => {
    installed('activate = no');
    rig.config(config('2.0', 'activate = no').split('[image bios]')[0]!);
    expect(rig.run().code).toBe(0);
    expect(rig.stored('bmc')).toBe(sha256(OLD.bmc));
    expect(rig.run().code).toBe(2);
    rig.config(config('2.0', 'activate = now').split('[image bios]')[0]!);
    const now = rig.run();
    expect(now.code).toBe(0);
    expect(named(now, 'resumed')[0]?.['offset']).toBe(NEW.bmc.length);
    expect(rig.stored('bmc')).toBe(sha256(NEW.bmc));
  });

  test.each(['device', 'host'])('activate = next-reset waits for a reset of the %s', (which) => {
    installed('activate = next-reset');
    rig.config(config('2.0', 'activate = next-reset').split('[image bios]')[0]!);
    expect(rig.run().code).toBe(3);
    expect(rig.stored('bmc')).toBe(sha256(OLD.bmc));
    const waiting = rig.run();
    expect(waiting.code).toBe(2);
    expect(named(waiting, 'plan')[0]?.['verdict']).toBe('waits-for-reset');
    if (which === 'device') rig.restart();
    else rig.registers.write32(0x88, rig.registers.read32(0x88) + 1);
    for (let turn = 0; turn < 4; turn++) rig.pass(50);
    expect(rig.stored('bmc')).toBe(sha256(NEW.bmc));
    expect(rig.run().code).toBe(2);
  });

  test('the host\'s firmware runs after the host\'s reset', () => {
    installed();
    expect(rig.run().code).toBe(3);
    expect(rig.controller!.components()[1]!.needsHostReset).toBe(true);
    rig.registers.write32(0x88, rig.registers.read32(0x88) + 1);
    rig.pass(100);
    rig.pass(100);
    expect(rig.controller!.components()[1]!.needsHostReset).toBe(false);
    expect(rig.run().code).toBe(2);
  });
});

test('a controller that starts anew during the second image: both are active at the end of the same run', () => {
  installed();
  rig.onSleep = () => {
    const { done, component } = rig.controller!.transfer();
    if (component !== 'bios' || done < 100_000) return;
    rig.onSleep = () => undefined;
    rig.restart();
  };
  const result = rig.run();
  expect(result.code, result.out).toBe(3);
  expectRunning(NEW);
});

test('a writing of the only slot that is cut is finished at the next start without a host', () => {
  installed();
  rig.onSleep = () => {
    const { phase } = rig.controller!.transfer();
    if (phase !== 'writing' || rig.controller!.components()[1]!.slots[0]!.state !== 'writing') return;
    rig.onSleep = () => undefined;
    throw new Error('power is gone');
  };
  expect(() => rig.run()).toThrow('power is gone');
  rig.restart();
  for (let turn = 0; turn < 200; turn++) rig.pass(1);
  expect(rig.stored('bios')).toBe(sha256(NEW.bios));
  expect(rig.run().code).toBeLessThan(4);
  expectRunning(NEW);
});
