// UpdateService: what a remote user updates the board with. An image comes as a multipart push, or SimpleUpdate names
// where it is; either way it goes to the device as one that comes over the bus, and its task is the upgrade's.
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callerOf, type RedfishContext, type RedfishPlugin } from './context.ts';
import { busy } from './image-push.ts';
import { RedfishError, refusal } from './redfish-error.ts';
import { refuseOthers } from './request-body.ts';
import { addRecoveryActions, RECOVERY_ACTIONS } from './recovery-actions.ts';
import { recoverySummary } from './recovery-resource.ts';
import { link, UPDATE_SERVICE_PATH } from './resource-paths.ts';
import { readImage } from './signed-image.ts';
import { addSimpleUpdate, SIMPLE_UPDATE_ACTION } from './simple-update.ts';
import { INVENTORY_PATH } from './software-inventory.ts';
import { answerAccepted } from './task-service.ts';
import { APPLY_TIMES, PARAMETER_NAMES, readParameters } from './update-parameters.ts';
import { UpdateWork } from './update-work.ts';
import { drain } from './upload-drain.ts';
import { receiveParts, refuseOtherBody, uploadRefusal } from './upload-parts.ts';
import { type SpooledFile, TooLarge } from './upload-spool.ts';

export const MULTIPART_PATH = `${UPDATE_SERVICE_PATH}/update-multipart`;

/** What the parts of an upload need besides the image. */
const OVERHEAD = 256 * 1024;
/** The client has gone quiet: nothing is to be waited for. */
const SILENT = 408;

export const updateService: RedfishPlugin = async (app, context) => {
  const work = UpdateWork.of(context);
  await app.register(multipart);
  app.get(UPDATE_SERVICE_PATH, { config: { access: 'Login' } }, async () => serviceResource(context, work.imageLimit()));
  addMultipartPush(app, context, work);
  addSimpleUpdate(app, context, work);
  addRecoveryActions(app, context);
};

function addMultipartPush(app: FastifyInstance, context: RedfishContext, work: UpdateWork): void {
  // Before the client is asked for the body.
  const refuseEarly = async (request: FastifyRequest): Promise<void> => {
    const limit = work.imageLimit();
    try {
      refuseOtherBody(request.headers['content-type']);
      work.pushes.refuseSecondWriter(work.spool);
      if (Number(request.headers['content-length'] ?? 0) > limit + OVERHEAD) throw uploadRefusal(new TooLarge(limit), limit);
    } catch (error) {
      if (request.headers.expect === undefined) await drain(request.raw, limit + OVERHEAD);
      throw error;
    }
  };
  const route = { config: { access: 'ConfigureComponents', isUpload: true }, onRequest: refuseEarly } as const;
  app.post(MULTIPART_PATH, route, async (request, reply) => {
    const limit = work.imageLimit();
    const file = work.spool.take(callerOf(request).user, 'an upload');
    try {
      if (file === undefined) throw busy('someone else is sending one');
      const upgrade = await pushUpload(request, file, context, work, limit);
      const facts = work.facts(upgrade);
      if (facts === undefined) throw refusal(500, 'InternalError', [], { resolution: `Upgrade ${upgrade} has begun and its record can not be found: see the log.` });
      return answerAccepted(facts, reply);
    } catch (error) {
      file?.remove();
      if (!(error instanceof RedfishError && error.status === SILENT)) await drain(request.raw, limit + OVERHEAD);
      throw error;
    }
  });
}

/** Takes an upload in and gives it to the device; answers the upgrade's id. */
async function pushUpload(request: FastifyRequest, file: SpooledFile, context: RedfishContext, work: UpdateWork, limit: number): Promise<string> {
  const { fileName, parameters, signature } = await receiveParts(request, file, limit);
  refuseOthers(parameters, [...PARAMETER_NAMES, '@Redfish.OperationApplyTime']);
  const { user } = callerOf(request);
  const image = await readImage(file, { name: fileName, signature, parameters: readParameters(parameters), user }, context.management.identity);
  return (await work.pushes.start(image, file)).upgrade;
}

function serviceResource({ management: { identity }, recovery }: RedfishContext, limit: number): object {
  return {
    '@odata.id': UPDATE_SERVICE_PATH,
    '@odata.type': '#UpdateService.v1_16_0.UpdateService',
    Id: 'UpdateService',
    Name: 'Update Service',
    Description: `Firmware updates of ${identity.platform}`,
    ServiceEnabled: true,
    Status: { State: 'Enabled', Health: identity.labMode ? 'Warning' : 'OK' },
    MultipartHttpPushUri: MULTIPART_PATH,
    'MultipartHttpPushUri@Redfish.OperationApplyTimeSupport': {
      '@odata.type': '#Settings.v1_3_0.OperationApplyTimeSupport', SupportedValues: Object.keys(APPLY_TIMES),
    },
    MaxImageSizeBytes: limit,
    SupportedUpdateImageFormats: ['VendorDefined'],
    VerifyRemoteServerCertificate: true,
    FirmwareInventory: link(INVENTORY_PATH),
    Oem: { Ferry: { '@odata.type': '#FerryUpdateService.v1_1_0.UpdateService', LabMode: identity.labMode, SignatureRequired: !identity.labMode, Recovery: recoverySummary(recovery) } },
    Actions: { '#UpdateService.SimpleUpdate': SIMPLE_UPDATE_ACTION, ...(recovery === undefined ? {} : { Oem: RECOVERY_ACTIONS }) },
  };
}
