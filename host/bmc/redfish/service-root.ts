// What anyone may see before a login: where the services are, and what of the protocol they speak (DSP0266 "Service
// root"). Not which version of Ferry runs, nor on what board.
import type { RedfishPlugin } from './context.ts';
import { SUPPORTED_FEATURES } from './query-options.ts';
import { link, UPDATE_SERVICE_PATH } from './resource-paths.ts';
import { SESSIONS_PATH } from './session-service.ts';

const ROOT = '/redfish/v1';
const OPEN = { config: { access: 'open' } } as const;

const SERVICES = {
  Systems: link(`${ROOT}/Systems`),
  Chassis: link(`${ROOT}/Chassis`),
  Managers: link(`${ROOT}/Managers`),
  UpdateService: link(UPDATE_SERVICE_PATH),
  Tasks: link(`${ROOT}/TaskService`),
  EventService: link(`${ROOT}/EventService`),
  SessionService: link(`${ROOT}/SessionService`),
  AccountService: link(`${ROOT}/AccountService`),
  Registries: link(`${ROOT}/Registries`),
};

export const serviceRoot: RedfishPlugin = (app, { management }) => {
  app.get('/redfish', OPEN, () => ({ v1: `${ROOT}/` }));
  app.get(ROOT, OPEN, () => ({
    '@odata.id': `${ROOT}/`, '@odata.type': '#ServiceRoot.v1_16_0.ServiceRoot', '@odata.context': `${ROOT}/$metadata#ServiceRoot.ServiceRoot`,
    Id: 'RootService', Name: 'Root Service', RedfishVersion: '1.18.0', UUID: management.identity.uuid, Vendor: 'Ferry', Product: 'Management Controller',
    ...SERVICES,
    Links: { Sessions: link(SESSIONS_PATH) },
    ProtocolFeaturesSupported: SUPPORTED_FEATURES,
  }));
  app.get(`${ROOT}/odata`, OPEN, () => ({
    '@odata.context': `${ROOT}/$metadata`,
    value: [
      { name: 'Service', kind: 'Singleton', url: `${ROOT}/` },
      ...Object.entries({ ...SERVICES, Sessions: link(SESSIONS_PATH) }).map(([name, { '@odata.id': url }]) => ({ name, kind: 'Singleton', url })),
    ],
  }));
};
