// The HTTP server with everything that each request goes through, and the parts that serve it.
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { Accounts } from './accounts.ts';
import { addAuthentication } from './authentication.ts';
import { type Limits, limitBodies, limitConnections, limitRequests, TIMEOUTS } from './connection-limits.ts';
import type { RedfishContext, RedfishPlugin } from './context.ts';
import { addErrorAnswers, answerBadPath } from './error-answers.ts';
import { addJsonBodies, JSON_LIMIT } from './json-body.ts';
import { LoginGuard } from './login-guard.ts';
import { PasswordLogin } from './password-login.ts';
import { PLUGINS } from './plugins.ts';
import { addResourceAnswers } from './resource-answers.ts';
import { RouteTable } from './route-table.ts';
import type { StartNetworkOptions } from './server.ts';
import { sessionService } from './session-service.ts';
import { Sessions } from './sessions.ts';

export interface ApplicationOptions extends StartNetworkOptions {
  readonly now: () => Date;
  readonly accounts: Accounts;
  /** Certificates and key. */
  readonly pem: string;
  readonly temporaryDirectory: string;
  readonly limits: Limits;
}

export interface Application {
  readonly app: FastifyInstance;
  readonly routes: RouteTable;
  /** Ends streams and timers. */
  end(): void;
  /** Ends every connection at once. */
  cut(): void;
}

export async function makeApplication(options: ApplicationOptions): Promise<Application> {
  const { accounts, management, log, now, limits, nowMs = () => performance.now() } = options;
  const app = makeServer(options);
  const routes = new RouteTable(app);
  const sessions = new Sessions({ accounts, now, nowMs });
  const guard = new LoginGuard(nowMs, () => accounts.settings);
  const login = new PasswordLogin({ accounts, guard, nowMs, log });
  const closings: (() => void)[] = [];
  const context: RedfishContext = {
    management, recovery: options.recovery, accounts, sessions, guard, now, nowMs, log, temporaryDirectory: options.temporaryDirectory, onClose: (work) => void closings.push(work),
  };
  const cut = limitConnections(app.server as unknown as Server, limits);
  addErrorAnswers(app, routes, log);
  addJsonBodies(app);
  await limitRequests(app, limits);
  addResourceAnswers(app, routes);
  addAuthentication(app, context, login);
  limitBodies(app, limits);
  for (const plugin of [sessionService(login), ...(options.plugins ?? PLUGINS)]) addPlugin(app, plugin, context);
  await app.ready();
  return { app, routes, cut, end: () => closings.splice(0).forEach((work) => work()) };
}

/** Each part has hooks and body formats of its own. */
function addPlugin(app: FastifyInstance, plugin: RedfishPlugin, context: RedfishContext): void {
  app.register(async (scope) => {
    await plugin(scope, context);
  });
}

function makeServer({ pem, limits }: ApplicationOptions): FastifyInstance {
  const app = fastify({
    https: {
      key: pem, cert: pem, minVersion: 'TLSv1.2', handshakeTimeout: TIMEOUTS.handshakeMs,
      headersTimeout: limits.headersMs, connectionsCheckingInterval: TIMEOUTS.checkMs, maxHeaderSize: 16_384,
    },
    requestTimeout: TIMEOUTS.requestMs,
    keepAliveTimeout: TIMEOUTS.keepAliveMs,
    bodyLimit: JSON_LIMIT,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 16_384 },
    frameworkErrors: (_error, request, reply) => void answerBadPath(request as unknown as FastifyRequest, reply as unknown as FastifyReply),
    clientErrorHandler: (_error, socket) => endBadClient(socket),
  });
  // A client that asks before it sends its body is answered by the hooks, after its credentials were seen.
  app.server.on('checkContinue', (request, response) => app.server.emit('request', request, response));
  return app as unknown as FastifyInstance;
}

/** What was no HTTP, or came too slowly. */
function endBadClient(socket: Socket): void {
  if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  else socket.destroy();
}
