// SessionService: logging in and out (DSP0266 "Session login"). The page of this server is given its token as a cookie
// that no script can read; every other client gets it as X-Auth-Token.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { loginOrRefuse } from './authentication.ts';
import { callerOf, type RedfishContext, type RedfishPlugin } from './context.ts';
import { cookieName, setCookie } from './credentials.ts';
import { isOfPage } from './cross-site.ts';
import type { PasswordLogin } from './password-login.ts';
import { plainAddress } from './login-guard.ts';
import { mayDo } from './privilege.ts';
import { notFound, refusal } from './redfish-error.ts';
import { numberIn, objectBody, refuseOthers, required, textIn } from './request-body.ts';
import { collection, link } from './resource-paths.ts';
import type { Session } from './sessions.ts';

const SERVICE = '/redfish/v1/SessionService';
export const SESSIONS_PATH = `${SERVICE}/Sessions`;
const WATCH = { config: { access: 'Login' } } as const;

export function sessionService(login: PasswordLogin): RedfishPlugin {
  return (app, context) => {
    const { sessions, accounts } = context;
    app.get(SERVICE, WATCH, () => serviceResource(accounts.settings.sessionTimeoutSeconds));
    app.patch(SERVICE, { config: { access: 'ConfigureManager' } }, (request) => {
      const body = objectBody(request.body);
      refuseOthers(body, ['SessionTimeout'], ['Id', 'Name', 'ServiceEnabled', 'Sessions', 'Status']);
      const timeout = numberIn(body, 'SessionTimeout', 30, 86_400);
      if (timeout !== undefined) accounts.changeSettings({ sessionTimeoutSeconds: timeout });
      return serviceResource(accounts.settings.sessionTimeoutSeconds);
    });
    app.get(SESSIONS_PATH, WATCH, () => collection(SESSIONS_PATH, 'SessionCollection', 'Sessions', sessions.list().map(({ id }) => pathOf(id))));
    for (const path of [SESSIONS_PATH, `${SESSIONS_PATH}/Members`]) {
      app.post(path, { config: { access: 'open' } }, (request, reply) => logIn(request, reply, context, login));
    }
    app.get<{ Params: { id: string } }>(`${SESSIONS_PATH}/:id`, WATCH, ({ params }) => sessionResource(sessions.byId(params.id) ?? missing(params.id)));
    app.delete<{ Params: { id: string } }>(`${SESSIONS_PATH}/:id`, WATCH, (request, reply) => logOut(request, reply, context));
  };
}

async function logIn(request: FastifyRequest, reply: FastifyReply, context: RedfishContext, login: PasswordLogin): Promise<FastifyReply> {
  const body = objectBody(request.body);
  refuseOthers(body, ['UserName', 'Password'], ['Id', 'Name', 'SessionType', 'Oem']);
  const user = required(textIn(body, 'UserName'), 'UserName');
  const password = required(textIn(body, 'Password'), 'Password');
  const account = await loginOrRefuse(request, reply, login, user, password);
  const fromPage = isOfPage(request.headers);
  const made = context.sessions.create(account, plainAddress(request.ip), fromPage);
  if (made === undefined) throw refusal(503, 'SessionLimitExceeded', [], { headers: { 'Retry-After': '60' } });
  const { session, token } = made;
  context.log({ event: 'logged-in', text: `${session.user} has logged in from ${session.address}`, fields: { user: session.user, address: session.address, session: session.id } });
  if (fromPage) void reply.header('Set-Cookie', setCookie(cookieName(context.management.identity.uuid), token));
  else void reply.header('X-Auth-Token', token);
  return reply.code(201).header('Location', pathOf(session.id)).send(sessionResource(session));
}

function logOut(request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply, { sessions, log, management }: RedfishContext): FastifyReply {
  const caller = callerOf(request);
  const session = sessions.byId(request.params.id) ?? missing(request.params.id);
  if (session.user !== caller.user && !mayDo(caller.role, 'ConfigureManager')) throw refusal(403, 'InsufficientPrivilege');
  sessions.remove(session.id);
  const by = session.user === caller.user ? 'has logged out' : `was logged out by ${caller.user}`;
  log({ event: 'logged-out', text: `${session.user} ${by}`, fields: { user: session.user, by: caller.user, session: session.id } });
  if (session.id === caller.session && session.isOfPage) void reply.header('Set-Cookie', setCookie(cookieName(management.identity.uuid), ''));
  return reply.code(204).send();
}

function serviceResource(timeout: number): object {
  return {
    '@odata.id': SERVICE, '@odata.type': '#SessionService.v1_1_9.SessionService', Id: 'SessionService', Name: 'Session Service',
    ServiceEnabled: true, SessionTimeout: timeout, Status: { State: 'Enabled', Health: 'OK' }, Sessions: link(SESSIONS_PATH),
  };
}

function sessionResource({ id, user, address, createdAt, isOfPage: fromPage }: Session): object {
  return {
    '@odata.id': pathOf(id), '@odata.type': '#Session.v1_7_0.Session', Id: id, Name: 'User Session', Description: 'A login by user name and password',
    UserName: user, ClientOriginIPAddress: address, CreatedTime: createdAt.toISOString(), SessionType: fromPage ? 'WebUI' : 'Redfish',
  };
}

const pathOf = (id: string): string => `${SESSIONS_PATH}/${id}`;

function missing(id: string): never {
  throw notFound('Session', id);
}
