// Reading the JSON body of a request: an object, its known properties, and refusals that name what is wrong with one.
// A request is carried out whole or not at all.
import { refusal } from './redfish-error.ts';

export type Body = Readonly<Record<string, unknown>>;

/** The body as an object. An empty one only where `mayBeEmpty`. */
export function objectBody(body: unknown, mayBeEmpty = false): Body {
  if (mayBeEmpty && (body === undefined || body === null)) return {};
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw refusal(400, 'UnrecognizedRequestBody');
  if (!mayBeEmpty && Object.keys(body).length === 0) throw refusal(400, 'EmptyJSON');
  return body as Body;
}

/** Refuses properties that are not known; those of `readOnly` in their own words. Annotations of OData pass. */
export function refuseOthers(body: Body, known: readonly string[], readOnly: readonly string[] = []): void {
  for (const name of Object.keys(body)) {
    if (known.includes(name) || name.startsWith('@odata.')) continue;
    throw refusal(400, readOnly.includes(name) ? 'PropertyNotWritable' : 'PropertyUnknown', [name], { property: `#/${name}` });
  }
}

/** The parameters of an action; others are refused. */
export function actionBody(body: unknown, action: string, known: readonly string[]): Body {
  const parameters = objectBody(body, true);
  const stranger = Object.keys(parameters).find((name) => !known.includes(name) && !name.startsWith('@'));
  if (stranger !== undefined) throw refusal(400, 'ActionParameterUnknown', [action, stranger]);
  return parameters;
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value) ?? 'undefined';
  return text.length <= 64 ? text : `${text.slice(0, 64)}...`;
}

function wrongType(name: string, value: unknown): never {
  throw refusal(400, 'PropertyValueTypeError', [shown(value), name], { property: `#/${name}` });
}

/** A text, or undefined when it is not there. */
export function textIn(body: Body, name: string): string | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : wrongType(name, value);
}

export function booleanIn(body: Body, name: string): boolean | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  return typeof value === 'boolean' ? value : wrongType(name, value);
}

/** A whole number in a range. */
export function numberIn(body: Body, name: string, lowest: number, highest: number): number | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) return wrongType(name, value);
  if (value < lowest || value > highest) throw refusal(400, 'PropertyValueOutOfRange', [value, name], { property: `#/${name}` });
  return value;
}

/** One of a list. */
export function choiceIn<Choice extends string>(body: Body, name: string, choices: readonly Choice[]): Choice | undefined {
  const value = textIn(body, name);
  if (value === undefined) return undefined;
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw refusal(400, 'PropertyValueNotInList', [shown(value), name], { property: `#/${name}` });
  return found;
}

/** One of a list, as the parameter of an action. Undefined when it is not there. */
export function actionChoiceIn<Choice extends string>(body: Body, action: string, name: string, choices: readonly Choice[]): Choice | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw refusal(400, 'ActionParameterValueTypeError', [shown(value), name, action]);
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw refusal(400, 'ActionParameterValueNotInList', [shown(value), name, action]);
  return found;
}

/** Refuses a POST without a property that it needs. */
export function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw refusal(400, 'CreateFailedMissingReqProperties', [name], { property: `#/${name}` });
  return value;
}
