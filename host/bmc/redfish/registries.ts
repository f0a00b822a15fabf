// Registries: the words of the messages. Those of the DMTF lie at the DMTF; Ferry's own is served here.
import type { RedfishPlugin } from './context.ts';
import { REGISTRIES, type Registry, type MessageEntry } from './message.ts';
import { notFound } from './redfish-error.ts';
import { collection } from './resource-paths.ts';

const REGISTRIES_PATH = '/redfish/v1/Registries';
const OWN_PATH = `${REGISTRIES_PATH}/Ferry/Ferry.json`;
const WATCH = { config: { access: 'Login' } } as const;

export const registries: RedfishPlugin = (app) => {
  const names = Object.keys(REGISTRIES) as Registry[];
  app.get(REGISTRIES_PATH, WATCH, () => collection(REGISTRIES_PATH, 'MessageRegistryFileCollection', 'Message Registry Files', names.map(filePath)));
  app.get<{ Params: { id: string } }>(`${REGISTRIES_PATH}/:id`, WATCH, ({ params }) => {
    const name = names.find((one) => one === params.id);
    if (name === undefined) throw notFound('MessageRegistryFile', params.id);
    return fileResource(name);
  });
  app.get(OWN_PATH, WATCH, () => ownRegistry());
};

const filePath = (name: string): string => `${REGISTRIES_PATH}/${name}`;

function fileResource(name: Registry): object {
  const { version } = REGISTRIES[name];
  const location = name === 'Ferry' ? { Uri: OWN_PATH } : { PublicationUri: `https://redfish.dmtf.org/registries/${name}.${version}.json` };
  return {
    '@odata.id': filePath(name), '@odata.type': '#MessageRegistryFile.v1_1_3.MessageRegistryFile', Id: name, Name: `${name} Message Registry File`,
    Registry: `${name}.${version.split('.').slice(0, 2).join('.')}`, Languages: ['en'], Location: [{ Language: 'en', ...location }],
  };
}

function ownRegistry(): object {
  const { version, messages } = REGISTRIES.Ferry;
  const described = Object.entries<MessageEntry>(messages).map(([key, [text, severity, resolution]]) => [key, {
    Description: `The event ${key} of the controller's log.`, LongDescription: `The event ${key} of the controller's log, in one sentence.`,
    Message: text, MessageSeverity: severity, Severity: severity, NumberOfArgs: 1, ParamTypes: ['string'], Resolution: resolution,
  }]);
  return {
    '@odata.id': OWN_PATH, '@odata.type': '#MessageRegistry.v1_6_0.MessageRegistry', Id: `Ferry.${version}`, Name: 'Ferry Message Registry', Language: 'en',
    Description: 'What the management controller logs', RegistryPrefix: 'Ferry', RegistryVersion: version, OwningEntity: 'Ferry',
    Messages: Object.fromEntries(described) as object,
  };
}
