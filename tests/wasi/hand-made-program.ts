// Makes WASI commands out of a list of calls, byte by byte (WebAssembly core specification 1.0, chapter 5), so that a
// test can give any pointer and any descriptor. The answer of call N lies in the program's memory at `answerAt(N)`.

type Signature = readonly [parameters: string, hasResult: boolean];

/** Parameters as a string of types: i is i32, I is i64. */
const SIGNATURES: Record<string, Signature> = {
  'wasi_snapshot_preview1.fd_read': ['iiii', true],
  'wasi_snapshot_preview1.fd_write': ['iiii', true],
  'wasi_snapshot_preview1.fd_seek': ['iIii', true],
  'wasi_snapshot_preview1.fd_close': ['i', true],
  'wasi_snapshot_preview1.fd_fdstat_get': ['ii', true],
  'wasi_snapshot_preview1.path_open': ['iiiiiIIii', true],
  'wasi_snapshot_preview1.args_get': ['ii', true],
  'wasi_snapshot_preview1.args_sizes_get': ['ii', true],
  'wasi_snapshot_preview1.clock_time_get': ['iIi', true],
  'wasi_snapshot_preview1.random_get': ['ii', true],
  'wasi_snapshot_preview1.proc_exit': ['i', false],
  'bus.pci_config_read': ['iii', true],
  'bus.pci_config_write': ['iiii', false],
  'bus.memory_read': ['iiii', true],
  'bus.memory_write': ['iiiii', false],
  'bus.memory_copy_from': ['iiiii', false],
  'bus.memory_copy_to': ['iiiii', false],
  'bus.sleep': ['i', true],
};

/** A constant, or what the program finds in its memory at `at`. */
type Argument = number | { readonly at: number };

/** `call` with the short name of an imported function; `spin` never ends, the others are the instructions. */
export type Step = { readonly call: string; readonly args: readonly Argument[] } | 'trap' | 'grow' | 'spin';

export interface Recipe {
  readonly data?: Readonly<Record<number, Uint8Array | string | readonly number[]>>;
  readonly steps: readonly Step[];
  /** Imports that the program names without calling them, as `module.name`. */
  readonly extraImports?: readonly string[];
  readonly startName?: string;
  readonly memoryName?: string;
}

export const PAGE = 65536;
const ANSWERS = 0x8000;

/** Where the program stores the answer of its call number `index` (steps without an answer count too). */
export const answerAt = (index: number): number => ANSWERS + index * 4;

/** Bytes of u32 values, little endian: for iovecs. */
export const u32s = (...values: number[]): Uint8Array => new Uint8Array(new Uint32Array(values).buffer);

/** A call of the program. */
export const call = (name: string, ...args: Argument[]): Step => ({ call: name, args });

/** The two steps that write a part of the program's memory to its standard output, for the test to see. */
export const show = (at: number, size: number): { readonly data: Record<number, Uint8Array>; readonly step: Step } => ({
  data: { [0x7f00]: u32s(at, size) },
  step: call('fd_write', 1, 0x7f00, 1, 0x7f10),
});

/** Compiles the recipe. */
export function handMade(recipe: Recipe): WebAssembly.Module {
  return new WebAssembly.Module(handMadeBytes(recipe));
}

/** The bytes of the program, to be put into a file. */
export function handMadeBytes(recipe: Recipe): Uint8Array {
  const names = Object.keys(SIGNATURES).concat(recipe.extraImports ?? []);
  const signatures: Signature[] = names.map((name) => SIGNATURES[name] ?? ['', false]);
  const types = [...signatures, ['', false] as Signature].map(([parameters, hasResult]) => [
    0x60, ...vector([...parameters].map((type) => [type === 'i' ? 0x7f : 0x7e])), ...vector(hasResult ? [[0x7f]] : []),
  ]);
  const imports = names.map((name, index) => {
    const dot = name.indexOf('.');
    return [...text(name.slice(0, dot)), ...text(name.slice(dot + 1)), 0x00, ...unsigned(index)];
  });
  const body = [0x00, ...recipe.steps.flatMap((step, index) => code(step, index, names)), 0x0b];
  const data = Object.entries(recipe.data ?? {}).map(([at, content]) => [
    0x00, 0x41, ...signed(BigInt(at)), 0x0b, ...vector([...bytesOf(content)].map((byte) => [byte])),
  ]);
  return new Uint8Array([
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
    ...section(1, vector(types)),
    ...section(2, vector(imports)),
    ...section(3, vector([unsigned(names.length)])),
    ...section(5, vector([[0x01, 0x01, 0x04]])),
    ...section(7, vector([
      [...text(recipe.startName ?? '_start'), 0x00, ...unsigned(names.length)],
      [...text(recipe.memoryName ?? 'memory'), 0x02, 0x00],
    ])),
    ...section(10, vector([[...unsigned(body.length), ...body]])),
    ...section(11, vector(data)),
  ]);
}

function code(step: Step, index: number, names: readonly string[]): number[] {
  if (step === 'trap') return [0x00];
  if (step === 'grow') return [0x41, 0x01, 0x40, 0x00, 0x1a];
  if (step === 'spin') return [0x03, 0x40, 0x0c, 0x00, 0x0b];
  const name = names.find((candidate) => candidate.endsWith(`.${step.call}`));
  if (!name) throw new Error(`no imported function is named ${step.call}`);
  const [parameters, hasResult] = SIGNATURES[name] ?? ['', false];
  const args = step.args.flatMap((argument, i) => pushed(argument, parameters[i] === 'I'));
  const called = [...args, 0x10, ...unsigned(names.indexOf(name))];
  return hasResult ? [0x41, ...signed(BigInt(answerAt(index))), ...called, 0x36, 0x02, 0x00] : called;
}

function pushed(argument: Argument, is64: boolean): number[] {
  if (typeof argument === 'number') return [is64 ? 0x42 : 0x41, ...signed(is64 ? BigInt(argument) : BigInt(argument | 0))];
  return [0x41, ...signed(BigInt(argument.at)), 0x28, 0x02, 0x00];
}

const bytesOf = (content: Uint8Array | string | readonly number[]): Iterable<number> =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content;
const text = (value: string): number[] => vector([...new TextEncoder().encode(value)].map((byte) => [byte]));
const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content];

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: bigint): number[] {
  const low = Number(value & 0x7fn);
  const rest = value >> 7n;
  const done = (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40);
  return done ? [low] : [low | 0x80, ...signed(rest)];
}
