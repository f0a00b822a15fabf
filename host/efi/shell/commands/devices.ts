import type { DevicePath } from '../../device-path.ts';
import { DEVICE_PATH_PROTOCOL } from '../../guid.ts';
import type { Handle } from '../../handle-database.ts';
import type { ShellCommand } from '../command.ts';
import { parseOptions } from '../options.ts';
import type { Shell } from '../shell.ts';

const HEADER = `     T   D
     Y C I
     P F A
CTRL E G G #P #D #C  Device Name
==== = = = == == === =========================================================
`;

interface Device {
  readonly handle: Handle;
  readonly path: DevicePath;
}

function devicesOf(shell: Shell): Device[] {
  return shell.boot.locateHandle(DEVICE_PATH_PROTOCOL).map((handle) => ({ handle, path: shell.boot.handleProtocol(handle, DEVICE_PATH_PROTOCOL) }));
}

/** The nearest device on the way to this one. */
function parentOf({ path }: Device, all: readonly Device[]): Device | undefined {
  const above = all.filter((other) => other.path.nodes.length < path.nodes.length && path.after(other.path) !== undefined);
  return above.sort((one, other) => other.path.nodes.length - one.path.nodes.length)[0];
}

function row(device: Device, all: readonly Device[]): string {
  const parents = parentOf(device, all) ? 1 : 0;
  const children = all.filter((other) => parentOf(other, all) === device).length;
  const type = parents === 0 ? 'R' : children > 0 ? 'B' : 'D';
  const number = device.handle.number.toString(16).toUpperCase().padStart(4);
  return `${number} ${type} - - ${String(parents).padStart(2)}  0 ${String(children).padStart(3)} ${device.path.text}\n`;
}

export const devices: ShellCommand = {
  name: 'devices',
  summary: 'Shows the devices and how they hang together.',
  usage: 'devices [-b]\n\n  -b - Stops after every screen.\nType: R is a root, B a bus, D a device. #P counts parents, #D drivers, #C children by\ntheir device paths. Drivers are part of this firmware and do not count.',
  setsLastError: true,
  run(shell, words) {
    parseOptions('devices', words, [], { most: 0 });
    const all = devicesOf(shell);
    shell.print(HEADER + all.map((device) => row(device, all)).join(''));
  },
};
