// The actions of recovery on the update service: order one, and ask what would be chosen. What becomes of an order is told
// by events and by Oem.Ferry.Recovery of the component; the image itself is an upgrade, with a task, like any other.
import type { FastifyInstance } from 'fastify';
import type { RecoveryDesk } from '../recovery-desk.ts';
import { callerOf, type RedfishContext } from './context.ts';
import { told } from './firmware-inventory.ts';
import { refusal, unavailable } from './redfish-error.ts';
import { outlookBody } from './recovery-resource.ts';
import { actionBody, type Body } from './request-body.ts';
import { UPDATE_SERVICE_PATH } from './resource-paths.ts';
import { memberPath } from './software-inventory.ts';
import { componentOf } from './update-parameters.ts';

const RECOVER = 'FerryUpdateService.Recover';
const PREVIEW = 'FerryUpdateService.RecoverPreview';
const target = (action: string): string => `${UPDATE_SERVICE_PATH}/Actions/Oem/${action}`;
const info = (action: string): string => `${UPDATE_SERVICE_PATH}/${action.split('.')[1]}ActionInfo`;

/** For the Oem part of the service's actions. */
export const RECOVERY_ACTIONS = {
  [`#${RECOVER}`]: { 'target': target(RECOVER), 'title': 'Bring an image back, or another one that is wanted, from the sources of recovery', '@Redfish.ActionInfo': info(RECOVER) },
  [`#${PREVIEW}`]: { 'target': target(PREVIEW), 'title': 'What recovery would choose now, and why; nothing is changed', '@Redfish.ActionInfo': info(PREVIEW) },
};

/** Seconds after which a preview that someone else has asked for is over, as a rule. */
const RETRY_S = 5;
/** As in a signature's trusted comment. */
const PATTERNS = { Version: /^[\x21-\x7e]{1,31}$/, SHA256: /^[0-9a-f]{64}$/ } as const;

export function addRecoveryActions(app: FastifyInstance, { recovery }: RedfishContext): void {
  const act = { config: { access: 'ConfigureComponents' } } as const;
  for (const [action, more] of [[RECOVER, WISHES], [PREVIEW, []]] as const) {
    app.get(info(action), { config: { access: 'Login' } }, async () => infoResource(action, recoveryOr404(recovery, action), more));
  }
  app.post(target(RECOVER), act, async (request) => {
    const desk = recoveryOr404(recovery, RECOVER);
    const body = actionBody(request.body, RECOVER, ['Targets', 'Version', 'SHA256']);
    const [version, sha256] = [wish(body, 'Version'), wish(body, 'SHA256')];
    const component = watched(desk, body);
    return told(desk.order({ ...component, ...(version === undefined ? {} : { version }), ...(sha256 === undefined ? {} : { sha256 }) }, callerOf(request).user));
  });
  app.post(target(PREVIEW), act, async (request) => {
    const desk = recoveryOr404(recovery, PREVIEW);
    const { component } = watched(desk, actionBody(request.body, PREVIEW, ['Targets']));
    const outlooks = await desk.preview(component);
    if ('refused' in outlooks) throw unavailable(RETRY_S, outlooks.refused);
    return outlookBody(outlooks);
  });
}

function recoveryOr404(recovery: RecoveryDesk | undefined, action: string): RecoveryDesk {
  if (recovery !== undefined) return recovery;
  throw refusal(404, 'ActionNotSupported', [action], { resolution: 'No component is watched: the controller was started without a recovery.ini.' });
}

/** The component among the targets, which has to be one that is watched. */
function watched(desk: RecoveryDesk, body: Body): { readonly component?: string } {
  const component = componentOf(body['Targets']);
  if (component === undefined) return {};
  if (desk.components.includes(component)) return { component };
  throw refusal(400, 'ActionParameterValueConflict', ['Targets', memberPath(component)], {
    resolution: `${component} is not watched; recovery.ini watches ${desk.components.join(', ')}. Nothing was ordered.`,
  });
}

function wish(body: Body, name: keyof typeof PATTERNS): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw refusal(400, 'ActionParameterValueTypeError', [JSON.stringify(value).slice(0, 64), name, RECOVER]);
  if (PATTERNS[name].test(value)) return value;
  const expected = name === 'Version' ? '1 to 31 printable ASCII characters without space' : '64 hexadecimal digits in lower case';
  throw refusal(400, 'ActionParameterValueConflict', [name, value.slice(0, 64)], { resolution: `${name}: expected ${expected}, got something else. Nothing was ordered.` });
}

const WISHES = [{ Name: 'Version', Required: false, DataType: 'String' }, { Name: 'SHA256', Required: false, DataType: 'String' }] as const;

function infoResource(action: string, desk: RecoveryDesk, more: readonly object[]): object {
  const path = info(action);
  return {
    '@odata.id': path,
    '@odata.type': '#ActionInfo.v1_3_0.ActionInfo',
    'Id': path.split('/').pop(),
    'Name': `${action.split('.')[1]} Action Info`,
    'Parameters': [
      { Name: 'Targets', Required: false, DataType: 'StringArray', ArraySizeMaximum: 1, AllowableValues: desk.components.map((name) => memberPath(name)) },
      ...more,
    ],
  };
}
