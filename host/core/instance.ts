// core.wasm, ready to be driven. An instance holds one of each machine: two transfers at once are two instances.
import { instantiateSync } from '@assemblyscript/loader';
import { readArtifact } from '../artifacts.ts';

let compiled: WebAssembly.Module | undefined;

/** Makes a new instance, typed as the part of the ABI that the caller drives. Nothing is shared between instances. */
export function loadCore<Exports extends object>(): Exports {
  compiled ??= new WebAssembly.Module(readArtifact('core.wasm'));
  return instantiateSync(compiled).exports as unknown as Exports;
}
