// fwupd, as Debian has it, against the real controller over HTTPS: it lists the board's firmware and installs cabinets.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { configPath } from '../../host/artifacts.ts';
import { guidOf, PASSWORD, QUIET_ENVIRONMENT, RedfishBoard } from './redfish-board.ts';
import { peerTests, runTool, type ToolRun } from './tool.ts';

const NEEDS = { '/usr/bin/fwupdtool': 'fwupd', '/usr/bin/curl': 'curl' };
const peer = peerTests(NEEDS);
const board = new RedfishBoard();
let place = 0;

beforeAll(async () => {
  await board.start();
  for (const [component, version] of [['bmc', '2.3.0'], ['bios', '1.9.2']] as const) {
    const { code, stdout, output } = await push(board.image(component, version));
    expect([code, stdout], output).toEqual([0, '202']);
    await board.settled(component, version);
  }
});
afterAll(() => board.stop());

/** The first images come by hand. */
function push(path: string): Promise<ToolRun> {
  return runTool('curl', [
    '-sk', '-u', `admin:${PASSWORD}`, '-o', '/dev/null', '-w', '%{http_code}', '-F', 'UpdateParameters={};type=application/json', '-F', `UpdateFile=@${path};type=application/octet-stream`,
    `${board.url}/redfish/v1/UpdateService/update-multipart`,
  ], QUIET_ENVIRONMENT);
}

/** fwupdtool with a state of its own, which knows nothing of runs before. */
function fwupd(args: readonly string[], quirk?: string): Promise<ToolRun> {
  const directory = board.at(`fwupd-${++place}`);
  mkdirSync(join(directory, 'etc/fwupd'), { recursive: true });
  mkdirSync(join(directory, 'var/lib/fwupd/quirks.d'), { recursive: true });
  writeFileSync(join(directory, 'etc/fwupd/fwupd.conf'), [
    '[fwupd]', 'OnlyTrusted=false', 'IgnorePower=true', '[redfish]', `Uri=${board.url}`, 'Username=admin', `Password=${PASSWORD}`, 'CACheck=false', '',
  ].join('\n'), { mode: 0o600 });
  if (quirk !== undefined) copyFileSync(quirk, join(directory, 'var/lib/fwupd/quirks.d/ferry.quirk'));
  return runTool('fwupdtool', ['--plugins', 'redfish', ...args], {
    ...QUIET_ENVIRONMENT, FWUPD_SYSCONFDIR: join(directory, 'etc'), FWUPD_LOCALSTATEDIR: join(directory, 'var'), CACHE_DIRECTORY: join(directory, 'cache'), HOME: directory,
  });
}

/** A cabinet, as a vendor would publish it: the image with its signature attached, and what it is for. */
async function cabinet(component: string, version: string): Promise<string> {
  const directory = board.at(`cabinet-${component}-${version}`);
  mkdirSync(directory);
  copyFileSync(board.image(component, version), join(directory, 'firmware.bin'));
  writeFileSync(join(directory, 'ferry.metainfo.xml'), `<?xml version="1.0" encoding="UTF-8"?>
<component type="firmware">
  <id>org.example.ferry.${component}</id>
  <name>${component}</name>
  <summary>Firmware of the component ${component}</summary>
  <description><p>For a test.</p></description>
  <provides><firmware type="flashed">${guidOf(component)}</firmware></provides>
  <url type="homepage">https://example.org/</url>
  <metadata_license>CC0-1.0</metadata_license>
  <project_license>Apache-2.0</project_license>
  <developer_name>Ferry</developer_name>
  <releases><release version="${version}" date="2026-01-02"><description><p>Newer.</p></description></release></releases>
  <custom><value key="LVFS::UpdateProtocol">org.dmtf.redfish</value><value key="LVFS::VersionFormat">triplet</value></custom>
</component>
`);
  const { code, output } = await runTool('fwupdtool', ['build-cabinet', 'ferry.cab', 'firmware.bin', 'ferry.metainfo.xml'], QUIET_ENVIRONMENT, directory);
  expect(code, output).toBe(0);
  return join(directory, 'ferry.cab');
}

peer('fwupdtool lists the components as devices that it can update', async () => {
  const { code, stdout, output } = await fwupd(['get-devices', '--json']);
  expect(code, output).toBe(0);
  const { Devices } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { Devices: { Name: string; Guid?: string[]; Version: string; Flags: string[]; Vendor: string }[] };
  const updatable = Devices.filter(({ Flags }) => Flags.includes('updatable'));
  expect(updatable.map(({ Name, Version, Vendor, Guid }) => [Name, Version, Vendor, Guid?.includes(guidOf(Name.toLowerCase()))]).sort()).toEqual([
    ['BIOS', '1.9.2', 'Ferry', true], ['BMC', '2.3.0', 'Ferry', true],
  ]);
});

peer('fwupdtool installs a cabinet with a BIOS: exit code 0, and the image in flash is the one in the cabinet', async () => {
  const { code, output } = await fwupd(['install', await cabinet('bios', '1.10.0'), '-y', '--no-reboot-check']);
  expect(code, output).toBe(0);
  await board.settled('bios', '1.10.0');
  const image = readFileSync(board.at('bios-1.10.0.bin'));
  expect(readFileSync(board.at('machine/flash/bios-0.flash')).subarray(0, image.length).equals(image)).toBe(true);
  const { Members } = await board.get('/redfish/v1/TaskService/Tasks');
  const task = await board.get(Members[0]['@odata.id']);
  expect(task).toMatchObject({ TaskState: 'Completed', PercentComplete: 100, Oem: { Ferry: { Origin: 'remote', User: 'admin' } } });
  expect(task.Messages.at(-1).MessageId).toMatch(/^Base\.1\.\d+\.ResetRequired$/);
});

peer('fwupdtool installs a cabinet with the controller\'s own firmware, with the quirk that comes with Ferry: exit code 0', async () => {
  const { code, output } = await fwupd(['install', await cabinet('bmc', '2.4.1'), '-y'], configPath('fwupd.quirk'));
  expect(code, output).toBe(0);
  await board.settled('bmc', '2.4.1');
});

peer('fwupdtool says why an image is refused, and the board keeps what it has', async () => {
  const path = board.image('bmc', '2.5.0');
  const bytes = readFileSync(path);
  bytes[77] = (bytes[77] ?? 0) ^ 1;
  const broken = board.at('broken.bin');
  writeFileSync(broken, bytes);
  const { code, output } = await fwupd(['install-blob', broken, guidOf('bmc'), '--force', '-y']);
  expect(code, output).not.toBe(0);
  expect(output).toMatch(/Verification of image '[^']+' at '\/redfish\/v1\/UpdateService\/FirmwareInventory\/bmc' failed\./);
  expect((await board.member('bmc')).Version).toBe('2.4.1');
});
