// The lab's machines: they boot from what lies in their hub, and come as far as it is whole.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { DeviceBoot } from '../../host/bus/boot-registers.ts';
import { PostCode } from '../../host/bus/post-code.ts';
import { DevicePower } from '../../host/bus/power-registers.ts';
import { breakHub } from '../../host/lab/break-hub.ts';
import { LabHost, STAGE_MS } from '../../host/lab/lab-host.ts';
import { HEADER_SIZE, makeLabImage, stagesIn } from '../../host/lab/lab-image.ts';
import { MailboxHost } from '../bus/mailbox-host.ts';
import { seeded } from '../random.ts';
import { scratchDirectory } from '../scratch-directory.ts';

const SIZE = 512 * 1024;
const image = makeLabImage('1.0', SIZE);
const stages = stagesIn(image.subarray(0, HEADER_SIZE), SIZE)!;
const scratch = scratchDirectory();
afterAll(() => scratch.remove());
mkdirSync(join(scratch.path, 'flash'));
const hub = join(scratch.path, 'flash', 'bios-0.flash');

beforeEach(() => writeFileSync(hub, image));

/** A machine with power, and what its controller sees of it. */
function machine() {
  const { registers } = new MailboxHost();
  const power = new DevicePower(registers);
  power.state = 'on';
  const host = new LabHost(registers, scratch.path);
  let nowMs = 0;
  const pass = (ms: number): void => {
    for (const untilMs = nowMs + ms; nowMs < untilMs; nowMs += STAGE_MS / 4) host.step(nowMs);
  };
  return { host, power, pass, boot: new DeviceBoot(registers) };
}

const LONG_MS = STAGE_MS * 20;

describe('a machine of the lab', () => {
  it('comes up from a whole image, stage by stage, with a POST code for each', () => {
    const { host, pass, boot } = machine();
    pass(STAGE_MS);
    expect(host.state).toBe('post');
    expect(boot.signs().post?.code).toBe(PostCode.powerOn);
    pass(LONG_MS);
    expect(host.state).toBe('up');
    expect(boot.signs()).toMatchObject({ post: { code: PostCode.readyToBoot, count: stages.length }, progress: 'bootComplete' });
  });

  it('stops at the stage that is not whole, whichever it is', () => {
    for (const [index, { offset, code }] of stages.entries()) {
      writeFileSync(hub, image);
      expect(breakHub(hub, offset)).toBeGreaterThan(1000);
      const { host, pass, boot } = machine();
      pass(LONG_MS);
      expect(host.state, `stage ${index}`).toBe('stopped');
      expect(boot.signs(), `stage ${index}`).toMatchObject({ post: { code, count: index + 1 }, progress: undefined });
    }
  });

  it('executes nothing without a header, and says not even a code', () => {
    writeFileSync(hub, Buffer.alloc(SIZE, 0xff));
    const { host, pass, boot } = machine();
    pass(LONG_MS);
    expect([host.state, boot.signs().post]).toEqual(['stopped', undefined]);
  });

  it('does what the controller does to its power, and starts from what lies in the hub then', () => {
    const { host, power, pass, boot } = machine();
    pass(LONG_MS);
    power.command('force-off');
    power.state = 'off';
    pass(STAGE_MS);
    expect(host.state).toBe('off');
    breakHub(hub, stages[2]!.offset);
    power.state = 'on';
    pass(LONG_MS);
    expect(host.state).toBe('stopped');
    writeFileSync(hub, image);
    power.command('restart');
    pass(LONG_MS);
    expect([host.state, boot.signs().boot]).toEqual(['up', 3]);
  });

  it('answers a request to shut down before it ends', () => {
    const { host, power, pass } = machine();
    pass(LONG_MS);
    power.command('shut-down');
    pass(STAGE_MS);
    expect([host.state, power.takeReport()]).toEqual(['off', 'off']);
  });
});

describe('the header of the image', () => {
  it('names stages inside the hub, or is none: no bytes in it make it name others', () => {
    const seed = Number(process.env['SEED'] ?? 11);
    const random = seeded(seed);
    for (let count = 0; count < Number(process.env['FUZZ_INPUTS'] ?? 2000); count++) {
      const header = Buffer.from(image.subarray(0, HEADER_SIZE));
      for (let change = 0; change < 4; change++) header[Math.floor(random() * 140)] = Math.floor(random() * 256);
      for (const stage of stagesIn(header, SIZE) ?? []) expect(stage.offset + stage.size, `seed ${seed}, input ${count}`).toBeLessThanOrEqual(SIZE);
    }
    expect(stagesIn(image.subarray(0, 100), SIZE)).toBeUndefined();
  });
});
