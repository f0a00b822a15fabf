import { EfiError, EfiStatus, statusName } from '../../host/efi/status.ts';

/** The name of the status that an action ends with. */
export function statusOf(action: () => unknown): string {
  try {
    action();
    return statusName(EfiStatus.SUCCESS);
  } catch (error) {
    if (error instanceof EfiError) return statusName(error.status);
    throw error;
  }
}
