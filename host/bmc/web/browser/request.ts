// One request to the controller, and what went wrong with it in a sentence.
import { sentence } from '../view/words.ts';

/** The controller has answered that nobody is logged in. */
export class LoggedOut extends Error {}

/** The controller has answered no, or not at all; the message is for people. */
export class Refused extends Error {}

/** Sends a request; answers the body, undefined when there is none. Throws `LoggedOut` or `Refused`. */
export async function request(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
  const response = await send(method, path, body);
  if (response.status === 401) throw new LoggedOut('The session has ended.');
  const answer = await bodyOf(response);
  if (!response.ok) throw new Refused(refusalText(answer, response));
  return answer;
}

/** As `request`, with the response's status left to the caller. */
export async function send(method: string, path: string, body?: unknown): Promise<Response> {
  // No form and no image of another site can send this header: the server takes it as the page's own mark.
  const headers: Record<string, string> = { 'Accept': 'application/json', 'X-Requested-With': 'ferry' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  try {
    return await fetch(path, { method, headers, credentials: 'same-origin', cache: 'no-store', ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  } catch {
    throw new Refused('The controller did not answer; whether it has acted is not known. The page shows what is true as soon as it is heard again.');
  }
}

export async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Message {
  readonly Message?: string;
  readonly Resolution?: string;
}

const INFO = '@Message.ExtendedInfo';

/** What the controller says of something that it has done, in its own sentence. */
export function toldIn(answer: unknown): string | undefined {
  const { [INFO]: [message] = [] } = (answer ?? {}) as { [INFO]?: readonly Message[] };
  return message?.Resolution ?? message?.Message;
}

/** Why the controller has not done something. What is in the way is told by the controller's own sentence alone. */
export function refusalText(answer: unknown, { status }: { readonly status: number }): string {
  const { error } = (answer ?? {}) as { error?: { message?: string; [INFO]?: readonly Message[] } };
  const texts = error?.[INFO]?.flatMap((message) => (status === 409 ? [message.Resolution ?? message.Message] : [message.Message, message.Resolution])) ?? [];
  const said = texts.filter((text) => text !== undefined).map((text) => sentence(text)).join(' ');
  return said || error?.message || `The controller has answered with HTTP status ${status}.`;
}
