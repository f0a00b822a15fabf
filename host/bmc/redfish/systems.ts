// Systems/1: the host, its power and its BIOS.
import type { ManagementIdentity, ManagementSnapshot } from '../management.ts';
import type { PowerAction } from '../power.ts';
import { bootProgressOf } from './boot-progress.ts';
import { callerOf, type RedfishPlugin } from './context.ts';
import { told } from './firmware-inventory.ts';
import { refusal } from './redfish-error.ts';
import { actionBody, actionChoiceIn } from './request-body.ts';
import { CHASSIS_PATH, collection, link, MANAGER_PATH, SYSTEM_PATH } from './resource-paths.ts';
import { memberPath } from './software-inventory.ts';

const ACTION = 'ComputerSystem.Reset';
const RESETS = ['On', 'ForceOff', 'GracefulShutdown', 'ForceRestart', 'GracefulRestart', 'PowerCycle'] as const satisfies readonly PowerAction[];
/** The component that the host starts from. */
const BIOS = 'bios';

export const systems: RedfishPlugin = (app, { management }) => {
  const read = { config: { access: 'Login' } } as const;
  app.get('/redfish/v1/Systems', read, async () => collection('/redfish/v1/Systems', 'ComputerSystemCollection', 'Computer System Collection', [SYSTEM_PATH]));
  app.get(SYSTEM_PATH, read, async () => systemResource(management.identity, management.snapshot()));
  app.post(`${SYSTEM_PATH}/Actions/${ACTION}`, { config: { access: 'ConfigureComponents' } }, async (request) => {
    const body = actionBody(request.body, ACTION, ['ResetType']);
    const action = actionChoiceIn(body, ACTION, 'ResetType', RESETS);
    if (action === undefined) throw refusal(400, 'ActionParameterMissing', [ACTION, 'ResetType']);
    return told(management.power(action, callerOf(request).user));
  });
};

function systemResource(identity: ManagementIdentity, { components, power, removal, holder, boot }: ManagementSnapshot): object {
  const progress = bootProgressOf(boot);
  const bios = components.find(({ name }) => name === BIOS);
  const slot = bios?.running === undefined ? undefined : bios.slots[bios.running];
  const isBroken = bios !== undefined && slot === undefined;
  return {
    '@odata.id': SYSTEM_PATH,
    '@odata.type': '#ComputerSystem.v1_20_0.ComputerSystem',
    Id: '1',
    Name: `The host of ${identity.platform}`,
    SystemType: 'Physical',
    Manufacturer: 'Ferry',
    Model: identity.platform,
    UUID: identity.uuid,
    PowerState: power === 'on' ? 'On' : 'Off',
    Status: { State: power === 'on' ? 'Enabled' : 'Disabled', Health: isBroken ? 'Critical' : boot?.state === 'stopped' ? 'Warning' : 'OK' },
    ...(progress === undefined ? {} : { BootProgress: progress }),
    ...(bios === undefined ? {} : { BiosVersion: slot?.version ?? null }),
    Boot: { BootSourceOverrideEnabled: 'Disabled', BootSourceOverrideTarget: 'None', 'BootSourceOverrideTarget@Redfish.AllowableValues': ['None'] },
    Oem: {
      Ferry: {
        '@odata.type': '#FerryComputerSystem.v1_0_0.ComputerSystem',
        LabMode: identity.labMode,
        PowerRemoval: { IsSafe: removal.isSafe, Why: removal.why },
        LockHolder: holder === undefined ? null : {
          Upgrade: holder.upgrade, Session: holder.session, Origin: holder.origin, User: holder.user ?? null, Since: holder.since,
        },
        Trials: components.flatMap(({ name, trial }) => (trial === undefined ? [] : [{ Component: link(memberPath(name)), Attempt: trial.attempt, AttemptLimit: trial.limit, RemainingSeconds: Math.ceil(trial.remainingMs / 1000) }])),
        NeedsReset: components.some(({ needsHostReset }) => needsHostReset),
      },
    },
    Links: { Chassis: [link(CHASSIS_PATH)], ManagedBy: [link(MANAGER_PATH)] },
    Actions: { [`#${ACTION}`]: { 'target': `${SYSTEM_PATH}/Actions/${ACTION}`, 'ResetType@Redfish.AllowableValues': RESETS } },
  };
}
