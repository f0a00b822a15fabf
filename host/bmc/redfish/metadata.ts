// $metadata: the OData CSDL document, which names the schemas of the resources that are served and where they are kept.
import type { RedfishPlugin } from './context.ts';

/** Schema and the version of it that the resources have; undefined for one without versions. */
const SCHEMAS: Readonly<Record<string, string | undefined>> = {
  AccountService: 'v1_13_0', ActionInfo: 'v1_3_0', Chassis: 'v1_23_0', ChassisCollection: undefined, ComputerSystem: 'v1_20_0', ComputerSystemCollection: undefined,
  Event: 'v1_7_0', EventDestination: 'v1_14_1', EventDestinationCollection: undefined, EventService: 'v1_10_0', LogEntry: 'v1_16_0', LogEntryCollection: undefined,
  LogService: 'v1_5_0', LogServiceCollection: undefined, Manager: 'v1_18_0', ManagerAccount: 'v1_10_1', ManagerAccountCollection: undefined, ManagerCollection: undefined,
  Message: 'v1_1_2', MessageRegistry: 'v1_6_0', MessageRegistryFile: 'v1_1_3', MessageRegistryFileCollection: undefined, Role: 'v1_3_1', RoleCollection: undefined,
  ServiceRoot: 'v1_16_0', Session: 'v1_7_0', SessionCollection: undefined, SessionService: 'v1_1_9', Settings: 'v1_3_0', SoftwareInventory: 'v1_12_0',
  SoftwareInventoryCollection: undefined, Task: 'v1_7_0', TaskCollection: undefined, TaskService: 'v1_2_0', UpdateService: 'v1_16_0',
};

const reference = ([name, version]: readonly [string, string | undefined]): string => [
  `  <edmx:Reference Uri="http://redfish.dmtf.org/schemas/v1/${name}_v1.xml">`,
  `    <edmx:Include Namespace="${name}"/>`,
  ...(version === undefined ? [] : [`    <edmx:Include Namespace="${name}.${version}"/>`]),
  '  </edmx:Reference>',
].join('\n');

const DOCUMENT = `<?xml version="1.0" encoding="UTF-8"?>
<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">
${Object.entries(SCHEMAS).map(reference).join('\n')}
  <edmx:Reference Uri="http://redfish.dmtf.org/schemas/v1/RedfishExtensions_v1.xml">
    <edmx:Include Namespace="RedfishExtensions.v1_0_0" Alias="Redfish"/>
  </edmx:Reference>
  <edmx:DataServices>
    <Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Service">
      <EntityContainer Name="Service" Extends="ServiceRoot.v1_16_0.ServiceContainer"/>
    </Schema>
  </edmx:DataServices>
</edmx:Edmx>
`;

export const metadata: RedfishPlugin = (app) => {
  app.get('/redfish/v1/$metadata', { config: { access: 'open' } }, (_request, reply) => reply.type('application/xml; charset=utf-8').send(DOCUMENT));
};
