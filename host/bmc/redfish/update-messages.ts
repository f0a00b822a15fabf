// The messages of the DMTF's Update registry that are sent, in its words.
import type { MessageEntry } from './message.ts';

const NONE = 'None.';

export const UPDATE_MESSAGES = {
  ActivateFailed: ['Activation of image \'%1\' on \'%2\' failed.', 'Critical', NONE],
  AllTargetsDetermined: ['All the target devices to be updated were determined.', 'OK', NONE],
  ApplyFailed: ['Installation of image \'%1\' to \'%2\' failed.', 'Critical', NONE],
  ApplyingOnComponent: ['Image \'%1\' is being applied on \'%2\'.', 'OK', NONE],
  AwaitToActivate: [
    'Awaiting for an action to proceed with activating image \'%1\' on \'%2\'.', 'OK', 'Perform the requested action to advance the update operation.',
  ],
  AwaitToUpdate: [
    'Awaiting for an action to proceed with installing image \'%1\' on \'%2\'.', 'OK', 'Perform the requested action to advance the update operation.',
  ],
  InstallingOnComponent: ['Image \'%1\' is being installed on \'%2\'.', 'OK', NONE],
  TargetDetermined: ['The target device \'%1\' will be updated with image \'%2\'.', 'OK', NONE],
  TransferFailed: ['Transfer of image \'%1\' to \'%2\' failed.', 'Critical', NONE],
  TransferringToComponent: ['Image \'%1\' is being transferred to \'%2\'.', 'OK', NONE],
  UpdateInProgress: ['An update is in progress.', 'OK', NONE],
  UpdateSuccessful: ['Device \'%1\' successfully updated with image \'%2\'.', 'OK', NONE],
  VerificationFailed: ['Verification of image \'%1\' at \'%2\' failed.', 'Critical', NONE],
  VerifyingAtComponent: ['Image \'%1\' is being verified at \'%2\'.', 'OK', NONE],
} as const satisfies Readonly<Record<string, MessageEntry>>;
