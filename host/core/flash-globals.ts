/** An AssemblyScript enum as the loader shows it: one global a member. */
export type CoreEnum = Readonly<Record<string, WebAssembly.Global>>;

/** Variables and addresses that core.wasm exports. */
export type CoreGlobals<Names extends string> = Readonly<Record<Names, WebAssembly.Global>>;

/** The number in an exported global. */
export function readNumber(global: WebAssembly.Global | undefined): number {
  if (global === undefined) throw new Error('core.wasm lacks an export that the host needs: build both from one source');
  return Number(global.value);
}

/** The member of the enum that has this number. */
export function nameIn(members: CoreEnum, value: number): string {
  const found = Object.entries(members).find(([, global]) => readNumber(global) === value);
  return found?.[0] ?? `unknown number ${value}`;
}
