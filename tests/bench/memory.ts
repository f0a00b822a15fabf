// What a 64 MiB image needs on the host, what a 32 MiB image needs in the management controller, and whether anything
// grows when it is upgraded again and again. UPGRADES=100 in the environment makes more upgrades.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { artifactPath } from '../../host/artifacts.ts';
import { runFerry, startController } from '../processes.ts';
import { leaks, logBytesOf, upgradeAgainAndAgain } from './growth.ts';
import { firmware } from '../flash/content.ts';
import { seeded } from '../random.ts';
import type { Comparison } from './measure.ts';
import { standingOf } from './standing.ts';

const MIB = 1024 * 1024;
const WASM_MUST = 16;
const CONTROLLER_MUST = 160;
const UPGRADES = Number(process.env['UPGRADES'] ?? 10);

/** All that the updater program can ever have: it is given that much at its start, and can not grow. */
export function programMemory(): { readonly bytes: number; readonly canGrow: boolean } {
  const module = new WebAssembly.Module(readFileSync(artifactPath('ferry.wasm')));
  const imports: Record<string, Record<string, () => number>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 0;
  const memory = new WebAssembly.Instance(module, imports).exports['memory'] as WebAssembly.Memory;
  const bytes = memory.buffer.byteLength;
  try {
    memory.grow(1);
    return { bytes, canGrow: true };
  } catch {
    return { bytes, canGrow: false };
  }
}

/** The most that a controller had resident while it took one image of this size. */
export async function controllerPeak(size: number, part: string): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'ferry-bench-'));
  const [state, board, config] = [join(directory, 'machine'), join(directory, 'board.json'), join(directory, 'ferry.ini')];
  writeFileSync(board, JSON.stringify({ platform: 'bench-board', components: [{ name: 'bmc', part, slots: 1, 'slot-size': size }] }));
  writeFileSync(join(directory, 'bmc.bin'), firmware(seeded(1), size));
  writeFileSync(config, '[image bmc]\nfile = bmc.bin\ncomponent = bmc\nversion = 1.0.0\n');
  try {
    const controller = await startController(state, '--board', board);
    try {
      const { code, output } = await runFerry(['run', '-c', config, '--machine', state]);
      if (code !== 0 && code !== 3) throw new Error(`bench: expected an image of ${size / MIB} MiB to be stored, got exit code ${code}\n${output}`);
      return standingOf(controller.child.pid!, state).peakBytes;
    } finally {
      await controller.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function limited(job: string, bytes: number, must: number, notes: readonly string[] = []): Comparison {
  const ratio = bytes / MIB / must;
  return {
    job, peer: `the limit; ${ratio <= 1 ? 'holds' : 'misses'}`, unit: 'MiB', ours: bytes / MIB, theirs: must, ratio, lowest: ratio, highest: ratio, notes,
  };
}

export async function benchMemory(): Promise<Comparison[]> {
  const large = await controllerPeak(64 * MIB, 'MT25QL512');
  const { bytes, canGrow } = programMemory();
  const usual = await controllerPeak(32 * MIB, 'W25Q256JV');
  const growth = await upgradeAgainAndAgain({ upgrades: UPGRADES });
  const { before, after } = growth;
  const found = leaks(growth);
  const grown = (after.residentBytes - before.residentBytes) / MIB;
  return [
    limited('wasm memory, host, 64 MiB image', bytes, WASM_MUST, [`the whole memory of ferry.wasm, which ${canGrow ? 'can grow' : 'can not grow'}; the image was sent and stored`]),
    limited('controller, 32 MiB image, peak resident', usual, CONTROLLER_MUST, [`with an image of 64 MiB: ${(large / MIB).toFixed(0)} MiB`]),
    {
      job: `controller after ${UPGRADES} upgrades, resident`, peer: 'the same controller before them', unit: 'MiB', ours: after.residentBytes / MIB, theirs: before.residentBytes / MIB,
      ratio: after.residentBytes / before.residentBytes, lowest: after.residentBytes / before.residentBytes, highest: after.residentBytes / before.residentBytes,
      notes: [
        `${grown >= 0 ? '+' : ''}${grown.toFixed(1)} MiB resident; descriptors ${before.descriptors} to ${after.descriptors}, threads ${before.threads} to ${after.threads}, files ${before.files.size} to ${after.files.size}`,
        `${(logBytesOf(growth) / 1024).toFixed(1)} KiB of logs an upgrade, in files that begin anew at 1 MiB and 512 KiB`,
        ...(found.length === 0 ? ['nothing grew'] : found),
      ],
    },
  ];
}
