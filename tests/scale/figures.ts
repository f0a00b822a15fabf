// What a run of the simulation comes to, in figures.
import type { WorldResult } from './world.ts';

export interface ScaleFigures {
  readonly nodes: number;
  readonly seed: number;
  readonly healthy: number;
  readonly locked: number;
  /** Seconds until half, nine tenths and all have the proved image. */
  readonly halfSeconds: number;
  readonly mostSeconds: number;
  readonly allSeconds: number;
  /** ⌈log2(machines)⌉ transfers one after the other, at the full rate of a port: no way is faster in which only whole images are served. */
  readonly boundRounds: number;
  readonly boundSeconds: number;
  /** `allSeconds` in bounds. */
  readonly timesBound: number;
  /** The longest way of the image from the first donor. */
  readonly rounds: number;
  /** Seconds from a machine's finding its damage to its proved image: the median and the longest. */
  readonly medianWait: number;
  readonly longestWait: number;
  readonly mostUploads: number;
  /** How even the waiting times are, from 0 to 1 (Jain's index). */
  readonly fairness: number;
  readonly requestsPerNode: number;
  readonly offersPerNode: number;
  /** To everyone, by all. */
  readonly spokenBytes: number;
  readonly mostSent: number;
  readonly busyPerNode: number;
  readonly trace: string;
}

/** How even values are: 1 when all are the same, 1/n when one has everything (R. Jain, 1984). */
export function fairnessOf(values: readonly number[]): number {
  const sum = values.reduce((all, value) => all + value, 0);
  return sum ** 2 / (values.length * values.reduce((all, value) => all + value ** 2, 0));
}

export function figuresOf({ settings, machines, first, spoken, trace }: WorldResult): ScaleFigures {
  const staged = machines.map(({ stagedMs }) => stagedMs ?? Infinity).sort((a, b) => a - b);
  const waits = machines.map(({ beganMs, stagedMs }) => ((stagedMs ?? Infinity) - beganMs) / 1000).sort((a, b) => a - b);
  const at = (part: number): number => staged[Math.ceil(part * (staged.length - 1))]! / 1000;
  const boundRounds = Math.ceil(Math.log2(machines.length + 1));
  const boundSeconds = boundRounds * (settings.imageSize / settings.uplink);
  return {
    nodes: machines.length, seed: settings.seed, healthy: machines.filter(({ healthyMs }) => healthyMs !== undefined).length, locked: machines.filter(({ isLocked }) => isLocked).length,
    halfSeconds: at(0.5), mostSeconds: at(0.9), allSeconds: at(1), boundRounds, boundSeconds, timesBound: at(1) / boundSeconds,
    rounds: Math.max(...machines.map(({ generation }) => generation)), medianWait: waits[waits.length >> 1]!, longestWait: waits.at(-1)!, fairness: fairnessOf(waits),
    mostUploads: Math.max(first.uploads, ...machines.map(({ uploads }) => uploads)),
    requestsPerNode: spoken.requests / machines.length, offersPerNode: spoken.offers / machines.length, spokenBytes: spoken.bytes,
    mostSent: Math.max(...machines.map(({ sent }) => sent)), busyPerNode: machines.reduce((sum, { busy }) => sum + busy, 0) / machines.length, trace,
  };
}

/** The figures in lines. */
export function describeFigures(figures: ScaleFigures): string {
  const rows: readonly (readonly [string, string])[] = [
    ['machines', `${figures.nodes} without an image, one donor (seed ${figures.seed})`],
    ['healthy', `${figures.healthy}; ${figures.locked} locked`],
    ['time to the proved image', `half ${figures.halfSeconds.toFixed(1)} s, nine tenths ${figures.mostSeconds.toFixed(1)} s, all ${figures.allSeconds.toFixed(1)} s`],
    ['bound', `${figures.boundRounds} rounds, ${figures.boundSeconds.toFixed(1)} s; reached in ${figures.timesBound.toFixed(2)} of it`],
    ['longest way', `${figures.rounds} machines one after the other`],
    ['waiting', `median ${figures.medianWait.toFixed(1)} s, longest ${figures.longestWait.toFixed(1)} s; evenness ${figures.fairness.toFixed(2)} of 1`],
    ['uploads', `at most ${figures.mostUploads} by one machine`],
    ['messages to everyone', `${figures.requestsPerNode.toFixed(1)} requests and ${figures.offersPerNode.toFixed(1)} offers for each machine, ${(figures.spokenBytes / 1e6).toFixed(1)} MB in all`],
    ['messages of one machine', `at most ${figures.mostSent}; told ${figures.busyPerNode.toFixed(1)} times that others are served`],
    ['trace', figures.trace],
  ];
  return rows.map(([name, value]) => `${name.padEnd(25)} ${value}\n`).join('');
}
