// What the board holds, as Redfish's SoftwareInventory: a member for each component, which is what is updated, and one
// for each of its slots, which is what can be activated. Pure: from a snapshot to resources.
import type { ComponentSlot, ComponentSnapshot } from '../../core/receiver-exports.ts';
import type { ManagementIdentity } from '../management.ts';
import type { RecoveryStatus } from '../recovery-desk.ts';
import type { Severity } from './message.ts';
import { recoveryDetail, recoveryHealth } from './recovery-status.ts';
import { MANAGER_PATH, SYSTEM_PATH } from './resource-paths.ts';
import { softwareId } from './software-id.ts';

export const INVENTORY_PATH = '/redfish/v1/UpdateService/FirmwareInventory';
/** The component that is the controller's own firmware. */
export const CONTROLLER_COMPONENT = 'bmc';

/** What a slot that does not run is to Redfish. */
const STATES: Readonly<Record<ComponentSlot['state'], string>> = { valid: 'StandbySpare', writing: 'Updating', empty: 'Absent', failed: 'Disabled', rejected: 'Disabled' };
const TYPE = '#SoftwareInventory.v1_12_0.SoftwareInventory';

/** `bmc`, or with a slot `bmc.0`: a component's name has no dot. */
export const memberId = (component: string, slot?: number): string => (slot === undefined ? component : `${component}.${slot}`);
export const memberPath = (component: string, slot?: number): string => `${INVENTORY_PATH}/${memberId(component, slot)}`;

/** What a member's id means on this board; undefined when it is none. */
export function memberOf(components: readonly ComponentSnapshot[], id: string): { readonly component: ComponentSnapshot; readonly slot: number | undefined } | undefined {
  for (const component of components) {
    if (id === component.name) return { component, slot: undefined };
    const slot = component.slots.findIndex((_, index) => id === memberId(component.name, index));
    if (slot >= 0) return { component, slot };
  }
  return undefined;
}

/** What has to be reset for an image of this component to run, and what it belongs to. */
export const relatedPath = (component: string): string => (component === CONTROLLER_COMPONENT ? MANAGER_PATH : SYSTEM_PATH);

/** A component: what runs, and how its recovery stands when it is watched. */
export function componentResource(identity: ManagementIdentity, component: ComponentSnapshot, recovery?: RecoveryStatus): object {
  const slot = component.running === undefined ? undefined : component.slots[component.running];
  return {
    ...start(memberPath(component.name), component.name),
    Name: title(component.name),
    Description: `Firmware of the component ${component.name} of ${identity.platform}`,
    Manufacturer: 'Ferry',
    SoftwareId: softwareId(identity.platform, component.name),
    Version: slot?.version ?? null,
    Updateable: true,
    WriteProtected: false,
    RelatedItem: [{ '@odata.id': relatedPath(component.name) }],
    'RelatedItem@odata.count': 1,
    Status: { State: 'Enabled', Health: componentHealth(component, recovery) },
    Oem: { Ferry: { ...componentDetail(component), Recovery: recovery === undefined ? null : recoveryDetail(recovery) } },
    Actions: { Oem: { '#FerrySoftwareInventory.Revert': { target: revertPath(component.name), title: 'Go back to the image before, or take a pending activation back' } } },
  };
}

function componentHealth({ running, trial }: ComponentSnapshot, recovery: RecoveryStatus | undefined): Severity {
  const own = running === undefined ? 'Critical' : trial === undefined ? 'OK' : 'Warning';
  const other = recovery === undefined ? 'OK' : recoveryHealth(recovery);
  return own === 'Critical' || other === 'OK' ? own : other;
}

/** A slot: what it holds, whether it runs. Nothing is sent to a slot: the controller chooses it. */
export function slotResource(component: ComponentSnapshot, index: number, slot: ComponentSlot): object {
  const isRunning = component.running === index;
  const isStaged = canActivate(component, index);
  return {
    ...start(memberPath(component.name, index), memberId(component.name, index)),
    Name: `${title(component.name)}, slot ${index}`,
    Description: `Slot ${index} of the component ${component.name}: ${slot.state === 'valid' ? 'a whole image' : slot.state}${isRunning ? ', running' : ''}`,
    Manufacturer: 'Ferry',
    Version: slot.version === '' ? null : slot.version,
    Updateable: false,
    Active: isRunning,
    Staged: isStaged,
    RelatedItem: [{ '@odata.id': relatedPath(component.name) }],
    'RelatedItem@odata.count': 1,
    Status: { State: isRunning ? 'Enabled' : STATES[slot.state], Health: slot.state === 'failed' || slot.state === 'rejected' ? 'Warning' : 'OK' },
    Oem: { Ferry: slotDetail(component, index, slot) },
    ...(isStaged ? { Actions: { '#SoftwareInventory.Activate': { target: activatePath(component.name, index), title: 'Make this the running image, on trial' } } } : {}),
  };
}

/** Is this the whole image that does not run? */
export function canActivate(component: ComponentSnapshot, slot: number): boolean {
  return component.slots.length > 1 && component.running !== slot && component.slots[slot]?.state === 'valid';
}

export const activatePath = (component: string, slot: number): string => `${memberPath(component, slot)}/Actions/SoftwareInventory.Activate`;
export const revertPath = (component: string): string => `${memberPath(component)}/Actions/Oem/FerrySoftwareInventory.Revert`;

function start(path: string, id: string): object {
  return { '@odata.id': path, '@odata.type': TYPE, Id: id };
}

function componentDetail(component: ComponentSnapshot): object {
  const { trial } = component;
  return {
    '@odata.type': '#FerrySoftwareInventory.v1_1_0.Component',
    Slots: component.slots.map((_, index) => ({ '@odata.id': memberPath(component.name, index) })),
    SlotSizeBytes: component.slotSize,
    RunningSlot: component.running ?? null,
    PendingSlot: component.pending ?? null,
    WrittenInPlace: component.isInPlace,
    NeedsHostReset: component.needsHostReset,
    LowestSecurityNumber: component.floor,
    Trial: trial === undefined ? null : { Attempt: trial.attempt, AttemptLimit: trial.limit, RemainingSeconds: Math.ceil(trial.remainingMs / 1000) },
  };
}

function slotDetail(component: ComponentSnapshot, index: number, slot: ComponentSlot): object {
  const isHeld = slot.state === 'valid';
  return {
    '@odata.type': '#FerrySoftwareInventory.v1_0_0.Slot',
    Component: { '@odata.id': memberPath(component.name) },
    Slot: index,
    State: slot.state,
    IsRunning: component.running === index,
    IsPending: component.pending === index,
    IsOnTrial: component.running === index && component.trial !== undefined,
    SizeBytes: slot.size,
    SHA256: isHeld ? Buffer.from(slot.digest).toString('hex') : null,
    SecurityNumber: isHeld ? slot.security : null,
  };
}

/** What people call it: BMC, BIOS; other names as they are. */
function title(component: string): string {
  return ['bmc', 'bios'].includes(component) ? component.toUpperCase() : component;
}
