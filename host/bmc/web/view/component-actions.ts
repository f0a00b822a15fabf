// What can be done with a component that has two slots, and why not.
import { type ActionView, type Circumstances, obstacleOf } from './action.ts';
import type { ComponentJson, HolderJson } from './snapshot.ts';
import { imageText, versionText } from './words.ts';

export interface ComponentActionView extends ActionView {
  /** Of the inventory, as Redfish names it: of a slot or of the whole component. */
  readonly action: string;
}

/** None for a component with one slot: what is stored there is what runs. */
export function componentActions(component: ComponentJson, holder: HolderJson | undefined, circumstances: Circumstances): ComponentActionView[] {
  if (component.slots.length < 2) return [];
  return [activateAction(component, holder, circumstances), revertAction(component, holder, circumstances)];
}

/** Starts the other slot, on trial. */
function activateAction(component: ComponentJson, holder: HolderJson | undefined, circumstances: Circumstances): ComponentActionView {
  const { name, pending, slots } = component;
  const other = otherSlot(component);
  const image = imageText(name, other === undefined ? '' : versionText(slots[other]));
  return {
    action: `${name}.${other}/Actions/SoftwareInventory.Activate`,
    label: 'Activate',
    obstacle: obstacleOf(circumstances, lockObstacle(holder), otherObstacle(component), floorObstacle(component), component.trial && 'the running image is on trial'),
    question: {
      title: `Activate ${image}?`,
      consequences: [
        `Slot ${other} becomes the running one, on trial: it has a limited number of attempts to show that it holds.`,
        `If it does not, the controller goes back to ${runningText(component)} by itself.`,
        ...(pending === undefined ? [] : ['It waits for the next reset already; this does not wait for it.']),
      ],
      isGrave: false,
    },
  };
}

/** Goes back to the image before, or takes back an activation that waits. */
function revertAction(component: ComponentJson, holder: HolderJson | undefined, circumstances: Circumstances): ComponentActionView {
  const { name, pending, slots } = component;
  const other = otherSlot(component);
  const takesBack = pending !== undefined && pending !== component.running;
  return {
    action: `${name}/Actions/Oem/FerrySoftwareInventory.Revert`,
    label: 'Revert',
    obstacle: obstacleOf(circumstances, lockObstacle(holder), otherObstacle(component), !takesBack && floorObstacle(component)),
    question: takesBack
      ? {
        title: `Take the activation of ${name} back?`,
        consequences: [`${runningText(component)} goes on running after the next reset. ${versionText(slots[pending])} stays in slot ${pending}.`], isGrave: false,
      }
      : {
        title: `Revert ${name} to ${other === undefined ? 'the image before' : versionText(slots[other])}?`,
        consequences: [`${runningText(component)} no longer runs after this; it stays in its slot. The controller runs slot ${other} instead.`], isGrave: true,
      },
  };
}

function lockObstacle(holder: HolderJson | undefined): string | undefined {
  return holder && `upgrade ${holder.upgrade} holds the lock`;
}

function otherObstacle(component: ComponentJson): string | undefined {
  const other = otherSlot(component);
  const state = component.slots[other ?? -1]?.state;
  if (state === 'rejected') return `the image in slot ${other} was on trial and did not hold`;
  return state === 'valid' ? undefined : `slot ${other} holds no whole image`;
}

function floorObstacle(component: ComponentJson): string | undefined {
  const slot = component.slots[otherSlot(component) ?? -1];
  if (slot === undefined || slot.security >= component.floor) return undefined;
  return `${versionText(slot)} has security number ${slot.security}, below ${component.floor}`;
}

/** The slot that an activation makes the running one. */
function otherSlot({ slots, running, pending }: ComponentJson): number | undefined {
  if (slots.length < 2) return undefined;
  return pending ?? (running === 0 ? 1 : 0);
}

function runningText({ name, running, slots }: ComponentJson): string {
  return imageText(name, running === undefined ? '' : versionText(slots[running]));
}
