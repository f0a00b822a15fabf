// Every failure of a request becomes a Redfish error: what handlers throw, what the HTTP library refuses, paths that
// are not there and methods that they do not have. A fault of ours is logged, and the client learns only that it is one.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ControllerEvent } from '../event-log.ts';
import { errorBody, RedfishError, refusal } from './redfish-error.ts';
import type { RouteTable } from './route-table.ts';

export function addErrorAnswers(app: FastifyInstance, routes: RouteTable, log: (event: ControllerEvent) => void): void {
  app.setErrorHandler((error: FastifyError | RedfishError, request, reply) => {
    if (reply.raw.headersSent) return reply.raw.destroy();
    const known = error instanceof RedfishError ? error : libraryError(error);
    if (known === undefined) {
      log({ event: 'internal-error', text: `${request.method} ${pathOf(request)} failed in the controller: ${error.message}`, fields: { method: request.method, path: pathOf(request) } });
    }
    return answer(request, reply, known ?? refusal(500, 'InternalError'));
  });
  app.setNotFoundHandler((request, reply) => {
    const methods = routes.methodsOf(pathOf(request));
    if (methods.length === 0) return answer(request, reply, refusal(404, 'ResourceMissingAtURI', [pathOf(request)]));
    const allow = { headers: { Allow: methods.join(', ') } };
    return answer(request, reply, refusal(405, 'OperationNotAllowed', [], allow));
  });
}

/** A path that can not even be looked up. No hook has seen the request. */
export function answerBadPath(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return answer(request, reply.header('Cache-Control', 'no-store'), refusal(400, 'InvalidURI', [pathOf(request)]));
}

function answer(request: FastifyRequest, reply: FastifyReply, error: RedfishError): FastifyReply {
  // A body that nobody will read: the connection ends with the answer.
  if (!request.raw.complete && Number(request.headers['content-length'] ?? 1) > 0 && hasBody(request)) void reply.header('Connection', 'close');
  return reply.code(error.status).headers(error.headers).type('application/json; charset=utf-8').send(errorBody(error.messages));
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

export function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? '';
}

/** What the HTTP library found wrong with a request; undefined for a fault of ours. */
function libraryError({ code, statusCode = 500 }: FastifyError): RedfishError | undefined {
  if (statusCode === 413) return refusal(413, 'PayloadTooLarge');
  if (statusCode === 415) return refusal(415, 'HeaderInvalid', ['Content-Type'], { resolution: 'Send the body as application/json.' });
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH') return refusal(400, 'HeaderInvalid', ['Content-Length']);
  if (statusCode >= 400 && statusCode < 500) return refusal(statusCode, code?.includes('JSON') === true ? 'MalformedJSON' : 'UnrecognizedRequestBody');
  return undefined;
}
