// The messages of the DMTF's TaskEvent registry that are sent, in its words.
import type { MessageEntry } from './message.ts';

const NONE = 'None.';

export const TASK_EVENT_MESSAGES = {
  TaskAborted: ['The task with Id \'%1\' has completed with errors.', 'Critical', NONE],
  TaskCancelled: ['Work on the task with Id \'%1\' has been halted prior to completion due to an explicit request.', 'Warning', NONE],
  TaskCompletedOK: ['The task with Id \'%1\' has completed.', 'OK', NONE],
  TaskCompletedWarning: ['The task with Id \'%1\' has completed with warnings.', 'Warning', NONE],
  TaskPaused: ['The task with Id \'%1\' has been paused.', 'Warning', NONE],
  TaskProgressChanged: ['The task with Id \'%1\' has changed to progress %2 percent complete.', 'OK', NONE],
  TaskRemoved: ['The task with Id \'%1\' has been removed.', 'Warning', NONE],
  TaskResumed: ['The task with Id \'%1\' has been resumed.', 'OK', NONE],
  TaskStarted: ['The task with Id \'%1\' has started.', 'OK', NONE],
} as const satisfies Readonly<Record<string, MessageEntry>>;
