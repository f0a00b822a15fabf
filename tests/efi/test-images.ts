// Images for tests: one small AssemblyScript program, compiled in memory, that does what its arguments say; and modules
// of a few bytes that only end, one way or another.
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';
import { call, handMadeBytes, show } from '../wasi/hand-made-program.ts';

/** A module that ends with this code and does nothing else. */
export const exitImage = (code: number): Uint8Array => handMadeBytes({ steps: [call('proc_exit', code)] });

/** A module that traps. */
export const trapImage = (): Uint8Array => handMadeBytes({ steps: ['trap'] });

/** A module that never ends and asks nobody anything. */
export const hungImage = (): Uint8Array => handMadeBytes({ steps: ['spin'] });

/** A module that says "waiting", waits so long or until it is asked to stop, and ends with code 4. */
export function waitingImage(milliseconds: number): Uint8Array {
  const text = 'waiting\n';
  const said = show(0x100, text.length);
  return handMadeBytes({ data: { 0x100: text, ...said.data }, steps: [said.step, call('sleep', milliseconds), call('proc_exit', 4)] });
}

const SOURCE = `
import { path_open, fd_read, fd_write, fd_close, clock_time_get, random_get, rights, oflags, fdflags, lookupflags } from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";
@external("bus", "pci_config_read") declare function pciConfigRead(fn: u32, offset: u32, width: u32): u32;
@external("bus", "sleep") declare function busSleep(milliseconds: u32): u32;

const iovec: usize = memory.data(8, 8);
const result: usize = memory.data(16, 8);
const buffer: usize = memory.data(4096, 8);

function open(path: string, flags: u16, wanted: u64): i32 {
  const bytes = String.UTF8.encode(path);
  const errno = path_open(3, 0, changetype<usize>(bytes), bytes.byteLength, flags, wanted, 0, 0, result);
  if (errno != 0) {
    console.log("errno " + errno.toString());
    process.exit(77);
  }
  return load<i32>(result);
}

function stack(depth: i32): i32 { return stack(depth + 1) + 1; }

const args = process.argv;
const what = args.length > 1 ? args[1] : "";
if (what == "exit") process.exit(I32.parseInt(args[2]));
if (what == "trap") unreachable();
if (what == "recurse") stack(0);
if (what == "args") for (let i = 0; i < args.length; i++) console.log("<" + args[i] + ">");
if (what == "cat") {
  const fd = open(args[2], 0, rights.FD_READ);
  store<usize>(iovec, buffer);
  store<usize>(iovec, 4096, 4);
  fd_read(fd, iovec, 1, result);
  const size = load<u32>(result);
  store<usize>(iovec, size, 4);
  fd_write(1, iovec, 1, result);
  fd_close(fd);
}
if (what == "write") {
  const fd = open(args[2], oflags.CREAT | oflags.TRUNC, rights.FD_WRITE);
  const bytes = String.UTF8.encode(args[3]);
  store<usize>(iovec, changetype<usize>(bytes));
  store<usize>(iovec, bytes.byteLength, 4);
  fd_write(fd, iovec, 1, result);
  fd_close(fd);
}
if (what == "leak") {
  open(args[2], 0, rights.FD_READ);
  unreachable();
}
if (what == "clock") {
  clock_time_get(0, 0, result);
  console.log(load<u64>(result).toString());
  clock_time_get(1, 0, result);
  console.log(load<u64>(result).toString());
}
if (what == "random") {
  random_get(buffer, 4);
  console.log(load<u32>(buffer).toString());
}
if (what == "sleep") console.log(busSleep(U32.parseInt(args[2])).toString());
if (what == "sleep-until-stopped") {
  while (busSleep(1000) == 0) {}
  process.exit(4);
}
if (what == "pci") console.log(pciConfigRead(0, 0, 2).toString(16));
`;

/** The options of the target "ferry" in asconfig.json that make an AssemblyScript program a WASI command. */
function commandOptions(): string[] {
  const { lib, use } = JSON.parse(readFileSync('asconfig.json', 'utf8')).targets.ferry as { lib: string[]; use: string[] };
  return [...lib.flatMap((path) => ['--lib', path]), ...use.flatMap((alias) => ['--use', alias]), '--exportStart', '_start', '--runtime', 'stub'];
}

/** The program above. */
export async function compileProbe(): Promise<Uint8Array> {
  let wasm = new Uint8Array(0);
  const { error, stderr } = await asc.main(['probe.ts', '--outFile', 'probe.wasm', ...commandOptions()], {
    readFile: async (name, base) => (name === 'probe.ts' ? SOURCE : readFile(join(base, name), 'utf8').catch(() => null)),
    writeFile: (name, contents) => { if (name === 'probe.wasm') wasm = Uint8Array.from(contents as Uint8Array); },
    listFiles: (directory, base) => readdirSync(join(base, directory)).filter((name) => /^(?!.*\.d\.ts$).*\.ts$/.test(name)),
  });
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return wasm;
}
