// Chassis/1: the board, as far as the controller knows it.
import type { RedfishPlugin } from './context.ts';
import { CHASSIS_PATH, collection, link, MANAGER_PATH, SYSTEM_PATH } from './resource-paths.ts';

export const chassis: RedfishPlugin = (app, { management }) => {
  const read = { config: { access: 'Login' } } as const;
  app.get('/redfish/v1/Chassis', read, async () => collection('/redfish/v1/Chassis', 'ChassisCollection', 'Chassis Collection', [CHASSIS_PATH]));
  app.get(CHASSIS_PATH, read, async () => {
    const { identity } = management;
    return {
      '@odata.id': CHASSIS_PATH,
      '@odata.type': '#Chassis.v1_23_0.Chassis',
      Id: '1',
      Name: `The board ${identity.platform}`,
      ChassisType: 'Other',
      Manufacturer: 'Ferry',
      Model: identity.platform,
      UUID: identity.uuid,
      PowerState: management.snapshot().power === 'on' ? 'On' : 'Off',
      Status: { State: 'Enabled', Health: 'OK' },
      Links: { ComputerSystems: [link(SYSTEM_PATH)], ManagedBy: [link(MANAGER_PATH)], ManagersInChassis: [link(MANAGER_PATH)] },
    };
  });
};
