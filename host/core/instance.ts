// core.wasm, ready to be driven. An instance holds one of each machine: two transfers at once are two instances.
import { instantiateSync } from '@assemblyscript/loader';
import { readArtifact } from '../artifacts.ts';
import { FerryError } from '../error.ts';

/** The two builds of one body: they give the same results, the one with SIMD sooner. */
export type CoreBuild = 'scalar' | 'simd';

const ARTIFACTS = { scalar: 'core.wasm', simd: 'core-simd.wasm' } as const;
const compiled: Partial<Record<CoreBuild, WebAssembly.Module>> = {};
let chosen: CoreBuild | undefined;

/** The build that this process uses: the one with SIMD where the engine takes it. FERRY_CORE=scalar or simd decides otherwise. */
export function coreBuild(): CoreBuild {
  chosen ??= wanted(process.env['FERRY_CORE']) ?? (WebAssembly.validate(readArtifact(ARTIFACTS.simd)) ? 'simd' : 'scalar');
  return chosen;
}

function wanted(build: string | undefined): CoreBuild | undefined {
  if (build === undefined || build === 'scalar' || build === 'simd') return build;
  throw new FerryError('usage', `FERRY_CORE: expected scalar or simd, got "${build}"; nothing was started`, { hint: 'unset FERRY_CORE' });
}

/** Makes a new instance, typed as the part of the ABI that the caller drives. Nothing is shared between instances. */
export function loadCore<Exports extends object>(build: CoreBuild = coreBuild()): Exports {
  const module = (compiled[build] ??= new WebAssembly.Module(readArtifact(ARTIFACTS[build])));
  return instantiateSync(module).exports as unknown as Exports;
}
