// Real firmware images as Debian ships them, through two real processes into flash, read back from the flash files.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scratchDirectory } from '../scratch-directory.ts';
import { type ControllerProcess, runFerry, startController } from '../processes.ts';

const IMAGES = [
  { component: 'ovmf', package: 'ovmf', path: '/usr/share/OVMF/OVMF_CODE_4M.fd' },
  { component: 'ovmf-vars', package: 'ovmf', path: '/usr/share/OVMF/OVMF_VARS_4M.fd' },
  { component: 'seabios', package: 'seabios', path: '/usr/share/seabios/bios-256k.bin' },
  { component: 'u-boot', package: 'u-boot-qemu', path: '/usr/lib/u-boot/qemu_arm64/u-boot.bin' },
  { component: 'opensbi', package: 'opensbi', path: '/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin' },
];
const missing = [...new Set(IMAGES.filter(({ path }) => !existsSync(path)).map((image) => image.package))];
const required = process.env['FERRY_REQUIRE_PEERS'] === '1';
const name = 'Debian\'s own firmware images are stored byte for byte';

const directory = scratchDirectory();
let controller: ControllerProcess | undefined;

beforeAll(async () => {
  if (missing.length > 0) return;
  const board = {
    platform: 'debian',
    components: IMAGES.map(({ component }, index) => ({ name: component, part: 'W25Q128JV', slots: index % 2 === 0 ? 2 : 1 })),
  };
  writeFileSync(join(directory.path, 'board.json'), JSON.stringify(board));
  controller = await startController(join(directory.path, 'machine'), '--board', join(directory.path, 'board.json'));
});

afterAll(async () => {
  await controller?.stop();
  directory.remove();
});

test.skipIf(missing.length > 0 && !required)(missing.length > 0 ? `${name} (skipped: apt-get install ${missing.join(' ')})` : name, async () => {
  expect(missing, 'packages that are needed here').toEqual([]);
  const sections = IMAGES.map(({ component, path }) => {
    copyFileSync(path, join(directory.path, `${component}.bin`));
    const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
    return `[image ${component}]\nfile = ${component}.bin\ncomponent = ${component}\nversion = 1.0\nsha256 = ${digest}\n`;
  });
  const config = join(directory.path, 'ferry.ini');
  writeFileSync(config, sections.join('\n'));
  const machine = ['--machine', join(directory.path, 'machine'), '--json'];
  const first = await runFerry(['run', '-c', config, ...machine]);
  expect(first.code, first.output).toBe(3);
  for (const { component, path } of IMAGES) {
    const image = readFileSync(path);
    const flash = readFileSync(join(directory.path, 'machine', 'flash', `${component}-0.flash`)).subarray(0, statSync(path).size);
    expect(flash.equals(image), component).toBe(true);
  }
  const again = await runFerry(['run', '-c', config, ...machine]);
  expect(again.code, again.output).toBe(2);
});
