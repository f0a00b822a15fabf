// Recovery as a part of the controller's process: its config is read before anything is started, its agent starts with each
// controller.
import { BOOT_TIMES, type BootTimes } from '../bmc/boot-watch.ts';
import type { ControllerEvent } from '../bmc/event-log.ts';
import { keepsSlots, type Management } from '../bmc/management.ts';
import type { RecoveryDesk } from '../bmc/recovery-desk.ts';
import { readTrust } from '../bmc/trust/offline.ts';
import { RecoveryAgent } from './agent.ts';
import { AgentDesk } from './agent-desk.ts';
import { noteConfig } from './config-in-force.ts';
import { donatesOver } from './donor-config.ts';
import { ControllerDonor } from './peers/controller-donor.ts';
import type { DonorImage } from './peers/donor-images.ts';
import { PeerGroup } from './peers/peer-group.ts';
import { systemClock } from './recovery-clock.ts';
import { type RecoveryConfig, readRecoveryConfig } from './recovery-config.ts';
import { expectUsable, makeSource } from './sources.ts';

export interface PreparedRecovery {
  /** For the controller's watchdog over the host's boots. */
  readonly bootTimes: BootTimes;
  /** For the network side; it stays the same over restarts of the controller. */
  readonly desk: RecoveryDesk;
  start(controller: { readonly management: Management; say(event: ControllerEvent): void }, stateDirectory: string): RecoveryAgent;
}

/** Reads the config, and makes each source once to see that it can be made. `recovery-invalid` when not. */
export function prepareRecovery(file: string): PreparedRecovery {
  const config = readRecoveryConfig(file);
  config.sources.forEach((source) => makeSource(source));
  const desk = new AgentDesk(config);
  return {
    desk, bootTimes: { ...BOOT_TIMES, frb2Ms: config.settings.bootMs },
    start(controller, stateDirectory) {
      const { management } = controller;
      if (!keepsSlots(management)) throw new Error('expected a controller that can look at its slots, got another one');
      noteConfig(stateDirectory, file);
      const note = (name: string) => (text: string): void => controller.say({ event: 'recovery-source', text: `the source ${name}: ${text}` });
      const groups = groupsOf(config, note);
      const keys = () => readTrust(stateDirectory).keys;
      const surroundings = { hostIsOff: () => management.snapshot().power === 'off', hostFiles: management.hostFiles };
      const sources = config.sources.map((source) => makeSource(source, keys, note(source.name), groups.get(source.name), surroundings));
      const trust = () => readTrust(stateDirectory);
      const agent = new RecoveryAgent({
        stateDirectory, management, config, sources, trust, say: (event) => controller.say(event),
        donate: (images) => donorsOf(config, groups, images, (event) => controller.say(event)),
      });
      desk.attend({ agent, management, trust, makeSources: () => config.sources.map((source) => makeSource(source, keys, undefined, groups.get(source.name), surroundings)) });
      return agent;
    },
  };
}

/** By the name of their source. A source and a donor of one section share its links. */
function groupsOf({ sources, donor: { uploadPort } }: RecoveryConfig, note: (name: string) => (text: string) => void): ReadonlyMap<string, PeerGroup> {
  return new Map(sources.flatMap((source) => (source.kind === 'peers' ? [[source.name, expectUsable(source, () => new PeerGroup(source, { uploadPort, note: note(source.name) }))] as const] : [])));
}

function donorsOf({ donor }: RecoveryConfig, groups: ReadonlyMap<string, PeerGroup>, images: () => readonly DonorImage[], say: (event: ControllerEvent) => void): readonly ControllerDonor[] {
  return [...groups.values()].filter(({ config }) => donatesOver(donor, config)).map((group) => new ControllerDonor({
    group, images, uploads: donor.uploads, ratePerSecond: donor.ratePerSecond, clock: systemClock, say: (event, text, fields = {}) => say({ event, text, fields }),
  }));
}
