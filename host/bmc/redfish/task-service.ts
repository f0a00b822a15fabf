// TaskService: every upgrade is a task, with the upgrade's own id. A task monitor answers 202 until its task has ended and
// then as the operation would have (DSP0266 "Asynchronous operations"), but always with the task itself in the body: fwupd
// looks for its TaskState there at each poll.
import type { FastifyReply } from 'fastify';
import { callerOf, type RedfishContext, type RedfishPlugin } from './context.ts';
import { errorBody, notFound, refusal } from './redfish-error.ts';
import { collection, link } from './resource-paths.ts';
import { isOver, monitorPath, taskResource, TASK_SERVICE_PATH, type TaskFacts } from './task-resource.ts';
import { UpdateWork } from './update-work.ts';

interface TaskRoute {
  readonly Params: { readonly id: string };
}

export const taskService: RedfishPlugin = (app, context) => {
  const work = UpdateWork.of(context);
  const read = { config: { access: 'Login' } } as const;
  const write = { config: { access: 'ConfigureComponents' } } as const;
  const find = (id: string): TaskFacts => {
    const facts = work.facts(id);
    if (facts === undefined) throw notFound('Task', id);
    return facts;
  };
  app.get(TASK_SERVICE_PATH, read, async () => serviceResource(context));
  app.get(`${TASK_SERVICE_PATH}/Tasks`, read, async () => (
    collection(`${TASK_SERVICE_PATH}/Tasks`, 'TaskCollection', 'Tasks', work.taskIds().map((id) => `${TASK_SERVICE_PATH}/Tasks/${id}`))));
  app.get<TaskRoute>(`${TASK_SERVICE_PATH}/Tasks/:id`, read, async ({ params }) => taskResource(find(params.id)));
  app.get<TaskRoute>(`${TASK_SERVICE_PATH}/TaskMonitors/:id`, read, async ({ params }, reply) => answerMonitor(find(params.id), reply));
  for (const place of ['Tasks', 'TaskMonitors']) {
    app.delete<TaskRoute>(`${TASK_SERVICE_PATH}/${place}/:id`, write, async (request, reply) => {
      await cancel(context, work, find(request.params.id), callerOf(request).user);
      return reply.code(204).send();
    });
  }
};

/** The answer to whoever began the task. No Retry-After: sushy takes its digits for a text and stops. */
export function answerAccepted(facts: TaskFacts, reply: FastifyReply): object {
  reply.code(202).header('Location', monitorPath(facts.id));
  return taskResource(facts);
}

function answerMonitor(facts: TaskFacts, reply: FastifyReply): object {
  if (!isOver(facts.state)) return answerAccepted(facts, reply);
  const failed = facts.messages.filter(({ MessageSeverity }) => MessageSeverity === 'Critical');
  if (facts.state !== 'Exception' || failed.length === 0) return taskResource(facts);
  reply.code(failed.some(({ MessageId }) => MessageId.endsWith('.VerificationFailed')) ? 400 : 500);
  return { ...taskResource(facts), ...errorBody(failed) };
}

/** Ends what is under way. What has ended stays: the device keeps its history. */
async function cancel(context: RedfishContext, work: UpdateWork, facts: TaskFacts, user: string): Promise<void> {
  if (isOver(facts.state)) {
    throw refusal(405, 'ResourceCannotBeDeleted', [], { headers: { Allow: 'GET, HEAD' }, resolution: 'The task has ended; the device keeps the history of its upgrades.' });
  }
  const download = work.findDownload(facts.id);
  download?.cancel();
  if (download !== undefined && download.upgrade === undefined) return;
  const upgrade = download?.upgrade ?? facts.id;
  if (context.management.snapshot().holder?.upgrade !== upgrade) return;
  const outcome = await context.management.abort(user);
  if (!outcome.ok) throw refusal(409, 'ResourceInUse', [], { resolution: outcome.text });
}

function serviceResource({ now }: RedfishContext): object {
  return {
    '@odata.id': TASK_SERVICE_PATH,
    '@odata.type': '#TaskService.v1_2_0.TaskService',
    Id: 'TaskService',
    Name: 'Task Service',
    Description: 'Every upgrade of this board: of the host over the bus, of remote users, and repairs of the device itself',
    ServiceEnabled: true,
    Status: { State: 'Enabled', Health: 'OK' },
    DateTime: now().toISOString(),
    CompletedTaskOverWritePolicy: 'Oldest',
    LifeCycleEventOnTaskStateChange: false,
    Tasks: link(`${TASK_SERVICE_PATH}/Tasks`),
  };
}
