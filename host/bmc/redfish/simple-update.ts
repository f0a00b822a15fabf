// UpdateService.SimpleUpdate: the controller fetches an image by HTTP or HTTPS and installs it. It asks for the privilege
// ConfigureComponents; simple-update-address.ts says what is fetched for a user and what is not.
import type { FastifyInstance } from 'fastify';
import { callerOf, type RedfishContext } from './context.ts';
import { busy } from './image-push.ts';
import { refusal } from './redfish-error.ts';
import { actionBody, actionChoiceIn, textIn } from './request-body.ts';
import { UPDATE_SERVICE_PATH } from './resource-paths.ts';
import { shownUrl } from '../web-request.ts';
import { imageUrl, isAllowedAddress } from './simple-update-address.ts';
import { answerAccepted } from './task-service.ts';
import { APPLY_TIMES, PARAMETER_NAMES, readParameters } from './update-parameters.ts';
import type { UpdateWork } from './update-work.ts';

const ACTION = 'UpdateService.SimpleUpdate';
const TARGET = `${UPDATE_SERVICE_PATH}/Actions/${ACTION}`;
const INFO = `${UPDATE_SERVICE_PATH}/SimpleUpdateActionInfo`;
const PROTOCOLS = ['HTTP', 'HTTPS'] as const;

export const SIMPLE_UPDATE_ACTION = {
  'target': TARGET,
  'title': 'Fetch an image and install it',
  'TransferProtocol@Redfish.AllowableValues': PROTOCOLS,
  '@Redfish.ActionInfo': INFO,
  '@Redfish.OperationApplyTimeSupport': { '@odata.type': '#Settings.v1_3_0.OperationApplyTimeSupport', SupportedValues: Object.keys(APPLY_TIMES) },
} as const;

/** Adds the action. */
export function addSimpleUpdate(app: FastifyInstance, context: RedfishContext, work: UpdateWork): void {
  app.get(INFO, { config: { access: 'Login' } }, async () => ACTION_INFO);
  app.post(TARGET, { config: { access: 'ConfigureComponents' } }, async (request, reply) => {
    const { user } = callerOf(request);
    const body = actionBody(request.body, ACTION, ['ImageURI', 'TransferProtocol', ...PARAMETER_NAMES]);
    const text = textIn(body, 'ImageURI');
    if (text === undefined) throw refusal(400, 'ActionParameterMissing', [ACTION, 'ImageURI']);
    const url = imageUrl(text, actionChoiceIn(body, ACTION, 'TransferProtocol', PROTOCOLS));
    if (typeof url === 'string') {
      throw refusal(400, 'ActionParameterValueConflict', ['ImageURI', text.replace(/\/\/[^/@]*@/, '//').slice(0, 100)], { resolution: `ImageURI: ${url}; nothing was changed.` });
    }
    const parameters = readParameters(body);
    work.pushes.refuseSecondWriter(work.spool);
    const file = work.spool.take(user, `a download from ${url.host}`);
    if (file === undefined) throw busy('someone else is sending one');
    context.log({ event: 'download-started', text: `${user} has asked for the image ${shownUrl(url)}`, fields: { user, url: shownUrl(url) } });
    const download = work.download({ url, parameters, user, limit: work.imageLimit(), mayAskLoopback: listensOnLoopback(app) }, file);
    return answerAccepted(download.facts(), reply);
  });
}

/** Whoever can ask for a download is on this machine already, and reaches its services without the controller. */
function listensOnLoopback(app: FastifyInstance): boolean {
  const addresses = app.addresses();
  return addresses.length > 0 && addresses.every((one) => typeof one !== 'string' && isAllowedAddress(one.address, true) && !isAllowedAddress(one.address, false));
}

const ACTION_INFO = {
  '@odata.id': INFO,
  '@odata.type': '#ActionInfo.v1_3_0.ActionInfo',
  'Id': 'SimpleUpdateActionInfo',
  'Name': 'SimpleUpdate Action Info',
  'Parameters': [
    { Name: 'ImageURI', Required: true, DataType: 'String' },
    { Name: 'TransferProtocol', Required: false, DataType: 'String', AllowableValues: PROTOCOLS },
    { Name: 'Targets', Required: false, DataType: 'StringArray', ArraySizeMaximum: 1 },
    { Name: 'ForceUpdate', Required: false, DataType: 'Boolean' },
    { Name: 'Stage', Required: false, DataType: 'Boolean' },
  ],
};
