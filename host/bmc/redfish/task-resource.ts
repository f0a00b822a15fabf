// An upgrade as Redfish's Task, whoever began it: the host over the bus, a remote user, or the device itself. Pure.
import type { TransferSnapshot } from '../../core/receiver-exports.ts';
import type { UpgradeRecord, UpgradeState } from '../upgrade-record.ts';
import type { KnownPush } from './image-push.ts';
import type { Message } from './message.ts';
import { NOTHING_TO_DO, upgradeMessages } from './task-messages.ts';

export const TASK_SERVICE_PATH = '/redfish/v1/TaskService';
export const taskPath = (id: string): string => `${TASK_SERVICE_PATH}/Tasks/${id}`;
export const monitorPath = (id: string): string => `${TASK_SERVICE_PATH}/TaskMonitors/${id}`;

export type TaskState = 'Starting' | 'Running' | 'Completed' | 'Exception' | 'Cancelled';

/** What a task is, before it is written down. */
export interface TaskFacts {
  readonly id: string;
  readonly name: string;
  readonly state: TaskState;
  readonly status: 'OK' | 'Warning' | 'Critical';
  readonly percent: number | undefined;
  readonly startTime: string;
  readonly endTime: string | undefined;
  readonly messages: readonly Message[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Is there nothing more to wait for? */
export const isOver = (state: TaskState): boolean => state === 'Completed' || state === 'Exception' || state === 'Cancelled';

const ORIGINS: Readonly<Record<string, string>> = {
  'before-os': 'by the host, before its operating system', 'after-os': 'by the host\'s operating system', 'repair': 'finished by the device itself',
};
const STATES: Readonly<Record<UpgradeState, TaskState>> = {
  running: 'Running', done: 'Completed', failed: 'Exception', aborted: 'Cancelled', abandoned: 'Exception', interrupted: 'Exception', reverted: 'Exception',
};
/** Ends of a push that are no failures. */
const PUSH_STATES: Readonly<Record<string, TaskState>> = { aborted: 'Cancelled', [NOTHING_TO_DO]: 'Completed' };
/** How far through an image each phase begins and how much of it it is. */
const PHASES: Readonly<Record<string, readonly [from: number, share: number]>> = {
  'receiving': [0, 0.5], 'patching': [0.5, 0], 'verifying': [0.5, 0.1], 'writing': [0.6, 0.3], 'reading-back': [0.9, 0.1], 'stored': [1, 0],
};

/** The facts of an upgrade. `transfer` is what the device is doing now, on whatever upgrade. */
export function upgradeFacts(record: UpgradeRecord, transfer: TransferSnapshot, known: KnownPush | undefined): TaskFacts {
  const isUnderWay = record.state === 'running' && transfer.upgrade.toString(16).padStart(8, '0') === record.id;
  const now = isUnderWay ? transfer : undefined;
  const state = stateOf(record, known);
  const messages = upgradeMessages(record, now?.phase, known);
  return {
    id: record.id,
    name: nameOf(record),
    state,
    status: statusOf(state, messages),
    percent: state === 'Completed' ? 100 : percentOf(record, now),
    startTime: record.startedAt,
    endTime: record.endedAt,
    messages,
    detail: {
      Upgrade: record.id,
      Origin: record.origin,
      User: record.user ?? null,
      Session: record.session,
      State: record.state,
      Text: known?.outcome?.ok === false ? known.outcome.text : record.text,
      Phase: now?.phase ?? null,
      Images: record.images.map(({ component, version, size, sha256, slot, state: image, completion }) => (
        { Component: component, Version: version, SizeBytes: size, SHA256: sha256, Slot: slot, State: image, Completion: completion })),
      ResetsNeeded: { Manager: record.resets.device, System: record.resets.host },
    },
  };
}

/** An upgrade that has ended well for the device has not for the user whose image it did not take. */
function stateOf(record: UpgradeRecord, known: KnownPush | undefined): TaskState {
  if (record.state === 'running') return record.images.length === 0 ? 'Starting' : 'Running';
  if (known?.outcome?.ok === false) return PUSH_STATES[known.outcome.completion] ?? 'Exception';
  return STATES[record.state];
}

function statusOf(state: TaskState, messages: readonly Message[]): TaskFacts['status'] {
  if (state === 'Exception') return 'Critical';
  return state === 'Cancelled' || messages.some(({ MessageSeverity }) => MessageSeverity !== 'OK') ? 'Warning' : 'OK';
}

function percentOf(record: UpgradeRecord, transfer: TransferSnapshot | undefined): number {
  const count = Math.max(record.imageCount, record.images.length, 1);
  const stored = record.images.filter(({ state }) => state === 'stored').length;
  const [from, share] = stored < record.images.length ? PHASES[transfer?.phase ?? ''] ?? [0, 0] : [0, 0];
  const part = transfer === undefined || transfer.total === 0 ? 0 : from + share * Math.min(transfer.done / transfer.total, 1);
  return Math.min(99, Math.floor(((stored + part) / count) * 100));
}

function nameOf(record: UpgradeRecord): string {
  const images = record.images.map(({ component, version }) => `${component} ${version}`.trim()).join(', ');
  const who = record.user === undefined ? ORIGINS[record.origin] ?? `of origin ${record.origin}` : `by ${record.user}`;
  return `Upgrade ${record.id} ${who}${images === '' ? '' : `: ${images}`}`;
}

/** The resource. */
export function taskResource(facts: TaskFacts): object {
  return {
    '@odata.id': taskPath(facts.id),
    '@odata.type': '#Task.v1_7_0.Task',
    Id: facts.id,
    Name: facts.name,
    TaskState: facts.state,
    TaskStatus: facts.status,
    StartTime: facts.startTime,
    ...(isOver(facts.state) && facts.endTime !== undefined ? { EndTime: facts.endTime } : {}),
    ...(facts.percent === undefined ? {} : { PercentComplete: facts.percent }),
    HidePayload: true,
    TaskMonitor: monitorPath(facts.id),
    Messages: facts.messages,
    Oem: { Ferry: { '@odata.type': '#FerryTask.v1_0_0.Upgrade', ...facts.detail } },
  };
}
