// Managers/1: the controller itself.
import type { ManagementIdentity, ManagementSnapshot } from '../management.ts';
import { callerOf, type RedfishPlugin } from './context.ts';
import { told } from './firmware-inventory.ts';
import { actionBody, actionChoiceIn } from './request-body.ts';
import { CHASSIS_PATH, collection, link, MANAGER_PATH, SYSTEM_PATH } from './resource-paths.ts';
import { CONTROLLER_COMPONENT } from './software-inventory.ts';

const ACTION = 'Manager.Reset';
const RESETS = ['ForceRestart', 'GracefulRestart'] as const;

export const managers: RedfishPlugin = (app, { management, now }) => {
  const read = { config: { access: 'Login' } } as const;
  app.get('/redfish/v1/Managers', read, async () => collection('/redfish/v1/Managers', 'ManagerCollection', 'Manager Collection', [MANAGER_PATH]));
  app.get(MANAGER_PATH, read, async () => managerResource(management.identity, management.snapshot(), now()));
  app.post(`${MANAGER_PATH}/Actions/${ACTION}`, { config: { access: 'ConfigureManager' } }, async (request) => {
    // Both are the same here: the controller finishes what it is writing, then starts anew.
    actionChoiceIn(actionBody(request.body, ACTION, ['ResetType']), ACTION, 'ResetType', RESETS);
    return told(management.restart(callerOf(request).user));
  });
};

function managerResource(identity: ManagementIdentity, { components }: ManagementSnapshot, now: Date): object {
  const own = components.find(({ name }) => name === CONTROLLER_COMPONENT);
  const slot = own?.running === undefined ? undefined : own.slots[own.running];
  return {
    '@odata.id': MANAGER_PATH,
    '@odata.type': '#Manager.v1_18_0.Manager',
    Id: '1',
    Name: `The management controller of ${identity.platform}`,
    ManagerType: 'BMC',
    Manufacturer: 'Ferry',
    Model: 'Ferry',
    // Of the image in flash; the program that plays it has a version of its own.
    FirmwareVersion: slot?.version ?? null,
    UUID: identity.uuid,
    ServiceEntryPointUUID: identity.uuid,
    DateTime: now.toISOString(),
    LastResetTime: identity.startedAt,
    PowerState: 'On',
    Status: { State: 'Enabled', Health: identity.labMode || own?.trial !== undefined ? 'Warning' : 'OK' },
    LogServices: link(`${MANAGER_PATH}/LogServices`),
    Oem: {
      Ferry: {
        '@odata.type': '#FerryManager.v1_0_0.Manager',
        Version: identity.version,
        LabMode: identity.labMode,
        BootId: identity.bootId,
      },
    },
    Links: {
      ManagerForServers: [link(SYSTEM_PATH)], ManagerForChassis: [link(CHASSIS_PATH)], ManagerInChassis: link(CHASSIS_PATH),
    },
    Actions: { [`#${ACTION}`]: { 'target': `${MANAGER_PATH}/Actions/${ACTION}`, 'ResetType@Redfish.AllowableValues': RESETS } },
  };
}
