// The host's power: what it is, and what switching it means now.
import { type ActionView, type Circumstances, obstacleOf } from './action.ts';
import type { SnapshotJson } from './snapshot.ts';
import { originText } from './words.ts';

export interface PowerActionView extends ActionView {
  /** As Redfish's ResetType names it. */
  readonly resetType: string;
}

export interface PowerView {
  readonly state: string;
  readonly isOn: boolean;
  readonly actions: readonly PowerActionView[];
}

const UNASKED = 'without asking its operating system; what it has not written to disk is lost.';

const ACTIONS = [
  { resetType: 'On', label: 'Power on', needs: 'off', title: 'Power the host on?', isGrave: false, what: 'The host starts.' },
  { resetType: 'GracefulRestart', label: 'Restart', needs: 'on', title: 'Restart the host?', isGrave: false,
    what: 'Its operating system is asked to shut down, then the host starts again.' },
  { resetType: 'GracefulShutdown', label: 'Shut down', needs: 'on', title: 'Shut the host down?', isGrave: false,
    what: 'Its operating system is asked to shut down; then the host’s power goes off.' },
  { resetType: 'ForceRestart', label: 'Reset', needs: 'on', title: 'Reset the host at once?', isGrave: true, what: `The host starts again ${UNASKED}` },
  { resetType: 'PowerCycle', label: 'Power cycle', needs: 'on', title: 'Power-cycle the host?', isGrave: true, what: `The host’s power goes off and on again ${UNASKED}` },
  { resetType: 'ForceOff', label: 'Power off', needs: 'on', title: 'Switch the host off at once?', isGrave: true, what: `The host’s power goes off ${UNASKED}` },
] as const;

export function powerView({ power, holder, removal, components }: SnapshotJson, circumstances: Circumstances): PowerView {
  const more: string[] = [];
  if (holder !== undefined && (holder.origin === 'before-os' || holder.origin === 'after-os')) {
    more.push(`Upgrade ${holder.upgrade} is being sent by ${originText(holder.origin, holder.user)}: it stops, and can go on later.`);
  }
  if (!removal.isSafe) more.push('A component is between two images at this moment. Wait until power may be removed.');
  const waiting = components.filter(({ needsHostReset }) => needsHostReset).map(({ name }) => name);
  if (waiting.length > 0) more.push(`The new ${waiting.join(' and ')} runs after this.`);
  return {
    state: power === 'on' ? 'On' : 'Off',
    isOn: power === 'on',
    actions: ACTIONS.map(({ resetType, label, needs, title, what, isGrave }) => ({
      resetType, label,
      obstacle: obstacleOf(circumstances, power !== needs && `the host is ${power}`),
      question: { title, consequences: [what, ...more], isGrave: isGrave || !removal.isSafe },
    })),
  };
}
