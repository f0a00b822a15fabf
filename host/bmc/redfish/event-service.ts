// EventService: events as server-sent events (DSP0266 "Server-sent events"). Events are not pushed to other machines:
// the controller opens no connections.
import type { RedfishPlugin } from './context.ts';
import { EventFeed } from './event-feed.ts';
import { notFound, refusal } from './redfish-error.ts';
import { collection, link } from './resource-paths.ts';

const SERVICE = '/redfish/v1/EventService';
const STREAM = `${SERVICE}/SSE`;
const SUBSCRIPTIONS = `${SERVICE}/Subscriptions`;
const WATCH = { config: { access: 'Login' } } as const;

export const eventService: RedfishPlugin = (app, context) => {
  const feed = new EventFeed(context);
  const entryOf = (id: string) => {
    const entry = feed.streams.entries().find((one) => one.id === id);
    if (entry === undefined) throw notFound('EventDestination', id);
    return entry;
  };
  app.get(SERVICE, WATCH, () => serviceResource());
  app.get(STREAM, { ...WATCH, exposeHeadRoute: false }, (request, reply) => {
    const [option] = Object.keys(request.query as object).filter((name) => name.startsWith('$'));
    if (option !== undefined) throw refusal(501, 'QueryParameterUnsupported', [option]);
    feed.add(request, reply);
  });
  app.get(SUBSCRIPTIONS, WATCH, () => collection(
    SUBSCRIPTIONS, 'EventDestinationCollection', 'Event Subscriptions', feed.streams.entries().map(({ id }) => `${SUBSCRIPTIONS}/${id}`),
  ));
  app.get<{ Params: { id: string } }>(`${SUBSCRIPTIONS}/:id`, WATCH, ({ params }) => {
    const { id, stream } = entryOf(params.id);
    return destinationResource(id, stream.address, stream.caller.user);
  });
  app.delete<{ Params: { id: string } }>(`${SUBSCRIPTIONS}/:id`, { config: { access: 'ConfigureManager' } }, ({ params }, reply) => {
    entryOf(params.id).stream.end();
    return reply.code(204).send();
  });
};

function serviceResource(): object {
  return {
    '@odata.id': SERVICE, '@odata.type': '#EventService.v1_10_0.EventService', Id: 'EventService', Name: 'Event Service',
    ServiceEnabled: true, Status: { State: 'Enabled', Health: 'OK' }, ServerSentEventUri: STREAM,
    EventFormatTypes: ['Event'], RegistryPrefixes: ['Ferry', 'Base'], ResourceTypes: ['Manager'],
    SSEFilterPropertiesSupported: {
      EventFormatType: false, MessageId: false, MetricReportDefinition: false, OriginResource: false, RegistryPrefix: false, ResourceType: false, SubordinateResources: false,
    },
    Subscriptions: link(SUBSCRIPTIONS),
  };
}

function destinationResource(id: string, address: string, user: string): object {
  return {
    '@odata.id': `${SUBSCRIPTIONS}/${id}`, '@odata.type': '#EventDestination.v1_14_1.EventDestination', Id: id, Name: `Event stream of ${user} at ${address}`,
    Context: '', Protocol: 'Redfish', SubscriptionType: 'SSE', EventFormatType: 'Event', Status: { State: 'Enabled', Health: 'OK' },
  };
}
