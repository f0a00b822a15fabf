// What must hold at the end of any simulated upgrade, however it went.
import { expect } from 'vitest';
import { loadCore } from '../../host/core/instance.ts';
import type { CoreEnum } from '../../host/core/flash-globals.ts';
import { namesOf } from '../../host/core/words.ts';
import type { SimulatedImage } from './sending-host.ts';
import type { WorldReport } from './world.ts';

const words = loadCore<{ readonly Status: CoreEnum; readonly Completion: CoreEnum }>();
const [statuses, completions] = [namesOf(words.Status), namesOf(words.Completion)];

function expectRunning({ device }: WorldReport, image: SimulatedImage, where: string): void {
  const component = device.receiver.components(0).find(({ name }) => name === image.component);
  const slot = component?.running === undefined ? undefined : component.slots[component.running];
  expect({ state: slot?.state, version: slot?.version, digest: slot?.digest }, where).toEqual({
    state: 'valid', version: image.version, digest: image.digest,
  });
  const held = device.slotBytes(image.component, component?.running ?? 0, image.bytes.length);
  expect(Buffer.compare(held, image.bytes), `${where}: the running slot of ${image.component} holds what its record says`).toBe(0);
}

/** Every image is stored, active and whole in flash. Staging is empty, unless power was lost before it was let go of. */
export function expectStored(report: WorldReport, where: string): void {
  expect(report.outcome, where).toMatchObject({ result: 'stored' });
  for (const image of report.images) expectRunning(report, image, where);
  if (report.restarts === 0) expect([...report.device.stagings.keys()], `${where}: staging is empty`).toEqual([]);
}

/** Stored, or a failure with a name that left every component of two slots with its old image. */
export function expectSound(report: WorldReport, where: string): void {
  if (report.outcome.result === 'stored') return expectStored(report, where);
  expect(statuses, where).toContain(report.outcome.status);
  expect(completions, where).toContain(report.outcome.completion);
  for (const [index, old] of report.oldImages.entries()) {
    const component = report.device.receiver.components(0)[index];
    const isNew = component?.running !== undefined && component.slots[component.running]?.version === '2.0';
    // Written in place: after a failure half-way the device finishes it by itself, or the next run does.
    if (component?.running === undefined && component?.isInPlace === true) continue;
    expectRunning(report, isNew ? report.images[index]! : old, where);
  }
}
