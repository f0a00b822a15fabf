// Who sent a request, and whether the route is for them: one hook before every handler, so that no handler can forget.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Account } from './accounts.ts';
import type { Caller, RedfishContext } from './context.ts';
import { cookieName, credentialsIn } from './credentials.ts';
import { isForged } from './cross-site.ts';
import { plainAddress } from './login-guard.ts';
import type { PasswordLogin } from './password-login.ts';
import { mayDo } from './privilege.ts';
import { refusal, RedfishError } from './redfish-error.ts';

/** Adds the hook. */
export function addAuthentication(app: FastifyInstance, context: RedfishContext, login: PasswordLogin): void {
  const cookie = cookieName(context.management.identity.uuid);
  app.decorateRequest('caller', undefined);
  app.addHook('onRequest', async (request, reply) => {
    // What is not there is not told to strangers.
    const access = request.is404 ? 'Login' : request.routeOptions.config.access ?? 'Login';
    if (access === 'open') {
      if (isForged(request.method, request.headers, false)) throw forged(request.url);
      return;
    }
    const { caller, isCookie } = await identify(request, reply, context, login, cookie);
    if (isForged(request.method, request.headers, isCookie)) throw forged(request.url);
    if (!mayDo(caller.role, access)) throw refusal(403, 'InsufficientPrivilege');
    request.caller = caller;
  });
}

function forged(url: string): RedfishError {
  return refusal(403, 'AccessDenied', [url], { resolution: 'A page of another site has sent this. Use the page of this service, or no browser.' });
}

interface Identified {
  readonly caller: Caller;
  readonly isCookie: boolean;
}

async function identify(request: FastifyRequest, reply: FastifyReply, context: RedfishContext, login: PasswordLogin, cookie: string): Promise<Identified> {
  const { accounts, sessions } = context;
  const credentials = credentialsIn(request.headers, cookie);
  if (credentials.kind === 'token') {
    const session = sessions.use(credentials.token);
    const account = session && accounts.byId(session.accountId);
    if (session === undefined || account === undefined) throw unauthorized(request, reply, refusal(401, 'NoValidSession'));
    return { caller: callerFrom(account, session.id, () => sessions.isLive(session.id)), isCookie: credentials.isCookie };
  }
  if (credentials.kind === 'password') {
    const account = await loginOrRefuse(request, reply, login, credentials.user, credentials.password);
    return { caller: callerFrom(account, undefined, () => accounts.byId(account.id) === account), isCookie: false };
  }
  throw unauthorized(request, reply, refusal(401, credentials.kind === 'none' ? 'NoValidSession' : 'AccessDenied', credentials.kind === 'none' ? [] : [request.url]));
}

/** The account of a name and its password; throws what the client is told otherwise. */
export async function loginOrRefuse(request: FastifyRequest, reply: FastifyReply, login: PasswordLogin, user: string, password: string): Promise<Account> {
  const outcome = await login.login(user, password, plainAddress(request.ip), request.raw.socket);
  if ('account' in outcome) return outcome.account;
  if (outcome.refused === 'wrong') throw unauthorized(request, reply, refusal(401, 'AccessDenied', [request.url]));
  throw refusal(429, 'ServiceTemporarilyUnavailable', [outcome.seconds], {
    headers: { 'Retry-After': String(outcome.seconds) }, resolution: `Too many logins have failed from this address, or are under way. Wait ${outcome.seconds} s.`,
  });
}

function callerFrom({ user, role }: Account, session: string | undefined, isStillGood: () => boolean): Caller {
  return { user, role, session, isStillGood };
}

/** Asks for HTTP Basic, but not a page's script: the browser would open its own window for a password. */
function unauthorized(request: FastifyRequest, reply: FastifyReply, error: RedfishError): RedfishError {
  const mode = request.headers['sec-fetch-mode'];
  if (mode === undefined || mode === 'navigate') void reply.header('WWW-Authenticate', 'Basic realm="Ferry", charset="UTF-8"');
  return error;
}
