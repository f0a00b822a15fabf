// Where the resources lie that others link to.

export const SYSTEM_PATH = '/redfish/v1/Systems/1';
export const CHASSIS_PATH = '/redfish/v1/Chassis/1';
export const MANAGER_PATH = '/redfish/v1/Managers/1';
export const UPDATE_SERVICE_PATH = '/redfish/v1/UpdateService';

export const link = (path: string): { readonly '@odata.id': string } => ({ '@odata.id': path });

/** A collection of members. */
export function collection(path: string, type: string, name: string, members: readonly string[]): object {
  return { '@odata.id': path, '@odata.type': `#${type}.${type}`, Name: name, Members: members.map(link), 'Members@odata.count': members.length };
}
