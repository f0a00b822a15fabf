// The whole way with signed images: ferry.wasm, the emulated bus, the real controller that trusts one key, virtual time.
import { crc32 } from 'node:zlib';
import type { Bus } from '../../host/bus/bus.ts';
import { emulatedBus } from '../../host/bus/emulated-machine.ts';
import { managementFunction } from '../../host/bus/management-function.ts';
import type { TrustedComment } from '../../host/trust/trusted-comment.ts';
import { runCommand } from '../../host/wasi/command.ts';
import { firmware, Rig, type RigOptions } from '../trouble/rig.ts';
import { eventsOf, type FerryEvent, programModule } from './ferry-run.ts';
import { KEY, signatureOf } from './signatures.ts';

export interface SignedRun {
  readonly code: number;
  /** What people see, or the lines of JSON. */
  readonly out: string;
  readonly err: string;
  readonly events: readonly FerryEvent[];
}

/** An image of the tests: another one for each number. */
export const imageOf = (number: number): Uint8Array => firmware(150_000, number);

/** A config of one image for bmc. */
export const configOf = (version: string, image = '', upgrade = ''): string =>
  `[upgrade]\n${upgrade}\n[image bmc]\nfile = bmc.bin\ncomponent = bmc\nversion = ${version}\n${image}\n`;

export class SignedRig {
  readonly rig: Rig;
  /** Wraps the bus of each run. */
  wrap: (bus: Bus) => Bus = (bus) => bus;

  constructor(options: RigOptions = {}) {
    this.rig = new Rig({ labMode: false, pin: [KEY.publicKey], ...options });
  }

  /** Puts an image, its signature and a config on the volume; what is changed in the statement is signed as it is. */
  put(version: string, number: number, changes: Partial<TrustedComment> | 'unsigned' = {}, image = '', upgrade = ''): void {
    const bytes = imageOf(number);
    this.rig.config(configOf(version, image, upgrade), { 'bmc.bin': bytes });
    this.rig.files.delete('bmc.bin.minisig');
    if (changes !== 'unsigned') this.rig.files.set('bmc.bin.minisig', signatureOf(bytes, { version, ...changes }));
  }

  run(command: 'run' | 'plan' | 'inventory' | 'status', voice: 'json' | 'people' = 'json', prepare: (system: ReturnType<Rig['system']>) => void = () => undefined): SignedRun {
    const system = this.rig.system([]);
    const config = command === 'run' || command === 'plan' ? ['-c', 'ferry.ini'] : [];
    system.args = ['ferry.wasm', command, ...config, ...(voice === 'json' ? ['--json'] : [])];
    prepare(system);
    const code = runCommand(programModule, system, this.wrap(emulatedBus(managementFunction(this.rig.registers, this.rig.window))));
    const out = system.stdout.text;
    for (const [path, file] of system.files) if (!this.rig.files.has(path)) this.rig.files.set(path, file.content);
    return { code, out, err: system.stderr.text, events: voice === 'json' ? eventsOf(out) : [] };
  }

  /** Lets so much time pass for the controller. */
  pass(milliseconds: number): void {
    for (let passed = 0; passed < milliseconds; passed += 50) this.rig.pass(50);
  }

  remove(): void {
    this.rig.remove();
  }
}

/** A bus on which hello asks for version 1 only, so that the device speaks as one of version 1. */
export function versionOneOnly(bus: Bus): Bus {
  return new Proxy(bus, {
    get: (target, name: keyof Bus) => name !== 'copyToMemory' ? target[name].bind(target) : (fn: number, bar: number, offset: number, from: Uint8Array) => {
      target.copyToMemory(fn, bar, offset, isHello(from) ? downgraded(from) : from);
    },
  });
}

const isHello = (bytes: Uint8Array): boolean => bytes.length >= 28 && bytes[0] === 0x46 && bytes[1] === 0x59 && bytes[3] === 1;

/** The same hello with 1 as the highest version, and a checksum that fits. */
function downgraded(hello: Uint8Array): Uint8Array {
  const bytes = Buffer.from(hello);
  bytes[17] = 1;
  bytes.writeUInt32LE(0, 12);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 16 + bytes.readUInt32LE(8))), 12);
  return bytes;
}
