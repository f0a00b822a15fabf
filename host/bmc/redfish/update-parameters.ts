// What a client says about an image that it sends: where it is for, when it is to run, and what the device may do that
// it would refuse otherwise. The same words in the part `UpdateParameters` of an upload and in SimpleUpdate.
import type { PushRequest } from '../management.ts';
import { type Body, booleanIn, choiceIn, objectBody, textIn } from './request-body.ts';
import { refusal } from './redfish-error.ts';
import { INVENTORY_PATH } from './software-inventory.ts';

/** When an image runs, as Redfish says it and as the controller does. */
export const APPLY_TIMES = { Immediate: 'now', OnReset: 'next-reset' } as const satisfies Record<string, PushRequest['activate']>;
const APPLY_TIME = '@Redfish.OperationApplyTime';
const ALLOWANCES = { Upgrade: 'upgrade', Reinstall: 'reinstall', Downgrade: 'downgrade' } as const satisfies Record<string, PushRequest['allow']>;
const TARGET = new RegExp(`^${INVENTORY_PATH}/([a-z0-9-]{1,15})/?$`);

export interface UpdateParameters {
  /** The component that the client names. */
  readonly component: string | undefined;
  /** Only of use for an image that is not signed. */
  readonly version: string | undefined;
  readonly activate: PushRequest['activate'];
  readonly allow: PushRequest['allow'];
}

/** The properties that may stand beside those of an action. */
export const PARAMETER_NAMES = ['Targets', 'ForceUpdate', 'Stage', 'Oem'] as const;
const OEM_NAMES = ['Allow', 'Version'];

/** Reads them; a refusal names what is wrong. */
export function readParameters(body: Body): UpdateParameters {
  const oem = oemOf(body);
  const applyTime = choiceIn(body, APPLY_TIME, keysOf(APPLY_TIMES));
  const isStaged = booleanIn(body, 'Stage') === true;
  const allow = choiceIn(oem, 'Allow', keysOf(ALLOWANCES));
  return {
    component: componentOf(body['Targets']),
    version: textIn(oem, 'Version'),
    activate: isStaged ? 'no' : APPLY_TIMES[applyTime ?? 'Immediate'],
    allow: ALLOWANCES[allow ?? (booleanIn(body, 'ForceUpdate') === true ? 'Downgrade' : 'Upgrade')],
  };
}

/** The one component among the targets; undefined when there are none. */
export function componentOf(targets: unknown): string | undefined {
  if (targets === undefined) return undefined;
  const isList = Array.isArray(targets) && targets.every((one) => typeof one === 'string');
  if (!isList) throw refusal(400, 'PropertyValueTypeError', [shown(targets), 'Targets'], { property: '#/Targets' });
  const [target, ...others] = targets as string[];
  if (target === undefined) return undefined;
  const component = TARGET.exec(target)?.[1];
  if (component !== undefined && others.length === 0) return component;
  throw refusal(400, 'PropertyValueFormatError', [shown(targets), 'Targets'], {
    property: '#/Targets', resolution: `Name one component, as one member of ${INVENTORY_PATH} that is updateable; an image is for one component.`,
  });
}

function oemOf(body: Body): Body {
  const oem = body['Oem'] === undefined ? {} : objectBody(body['Oem'], true);
  const ferry = oem['Ferry'] === undefined ? {} : objectBody(oem['Ferry'], true);
  const stranger = Object.keys(ferry).find((name) => !OEM_NAMES.includes(name) && !name.startsWith('@'));
  if (stranger !== undefined) throw refusal(400, 'PropertyUnknown', [stranger], { property: `#/Oem/Ferry/${stranger}` });
  return ferry;
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): readonly Key[] {
  return Object.keys(record) as Key[];
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 100 ? text : `${text.slice(0, 100)}...`;
}
