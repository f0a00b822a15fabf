// What a task says: the messages of an upgrade in the words of the DMTF's registries, the newest last. fwupd and others
// go by them: ResetRequired is what ends an update well for fwupd, and the Failed ones are shown to its user.
import type { UpgradeImage, UpgradeRecord } from '../upgrade-record.ts';
import type { KnownPush } from './image-push.ts';
import { message, type Message, type MessageKey } from './message.ts';
import { MANAGER_PATH, SYSTEM_PATH } from './resource-paths.ts';
import { activatePath, memberPath } from './software-inventory.ts';

type UpdateKey = MessageKey<'Update'>;

/** Completions that say what the image is, not how it went on its way or into the flash. */
const VERIFICATION = [
  'digest-mismatch', 'read-back-mismatch', 'signature-missing', 'signature-invalid', 'key-not-trusted', 'wrong-platform', 'signature-mismatch', 'security-too-low', 'trial-failed',
];
const TRANSFER = ['staging-full', 'staging-failed', 'aborted', 'stopped', 'incomplete', 'bad-offset', 'no-transfer', 'no-upgrade', 'busy', 'timed-out'];
/** The device runs exactly this image: no failure. */
export const NOTHING_TO_DO = 'already-running';
/** The end of an upgrade that was no end of its images. */
const CUT_SHORT: readonly UpgradeRecord['state'][] = ['aborted', 'abandoned', 'interrupted'];

/** Which message says that an image failed this way. */
export function failureKey(completion: string): UpdateKey {
  if (VERIFICATION.includes(completion)) return 'VerificationFailed';
  return TRANSFER.includes(completion) ? 'TransferFailed' : 'ApplyFailed';
}

/** All messages of an upgrade. `phase` is the device's, of the image under way. */
export function upgradeMessages(record: UpgradeRecord, phase: string | undefined, known: KnownPush | undefined): Message[] {
  const messages = record.images.flatMap((image) => imageMessages(record, image, phase, known));
  return [...messages, ...endMessages(record, known)];
}

function imageMessages(record: UpgradeRecord, image: UpgradeImage, phase: string | undefined, known: KnownPush | undefined): Message[] {
  const target = memberPath(image.component);
  const name = imageName(image);
  const say = (key: UpdateKey): Message => message('Update', key, name, target);
  const steps = [message('Update', 'TargetDetermined', target, name), say('TransferringToComponent')];
  if (image.state === 'failed') return [...steps, because(say(failureKey(image.completion)), image.completion, textOf(known) ?? record.text)];
  if (image.state === 'receiving') {
    return CUT_SHORT.includes(record.state) ? [...steps, because(say('TransferFailed'), record.state, record.text)] : steps;
  }
  steps.push(say('VerifyingAtComponent'));
  if (image.state === 'stored' || (phase !== undefined && phase !== 'patching' && phase !== 'verifying')) steps.push(say('InstallingOnComponent'));
  if (image.state === 'stored') steps.push(message('Update', 'UpdateSuccessful', target, name));
  return steps;
}

const textOf = (known: KnownPush | undefined): string | undefined => (known?.outcome?.ok === false ? known.outcome.text : undefined);

/** What is said once, at the end. */
function endMessages(record: UpgradeRecord, known: KnownPush | undefined): Message[] {
  if (record.state === 'running') return [];
  const said = known === undefined ? [] : pushMessages(record, known);
  if (record.state === 'reverted') {
    said.push(...record.images.map((image) => because(message('Update', 'ActivateFailed', imageName(image), memberPath(image.component)), 'trial-failed', record.text)));
  }
  if (record.state !== 'done' || known?.outcome?.ok === false) return said;
  const resets = known?.outcome?.resets ?? record.resets;
  if (record.resets.device || resets.device) said.push(message('Base', 'ResetRequired', `${MANAGER_PATH}/Actions/Manager.Reset`, 'GracefulRestart'));
  if (record.resets.host || resets.host) said.push(message('Base', 'ResetRequired', `${SYSTEM_PATH}/Actions/ComputerSystem.Reset`, 'GracefulRestart'));
  return said;
}

/** What only whoever has pushed the image knows of its end. */
function pushMessages(record: UpgradeRecord, { request, outcome }: KnownPush): Message[] {
  const target = memberPath(request.component);
  const name = imageName(request);
  if (outcome?.ok === false) {
    if (record.images.some(({ state }) => state === 'failed')) return [];
    if (outcome.completion === NOTHING_TO_DO) return [{ ...message('Base', 'NoOperation'), Resolution: outcome.text }];
    const isStored = record.images.some(({ state }) => state === 'stored');
    return [{ ...message('Update', isStored ? 'ActivateFailed' : failureKey(outcome.completion), name, target), Resolution: outcome.text }];
  }
  if (record.state !== 'done') return [];
  // The slot held the image already: nothing of it was received.
  const messages = record.images.length > 0 ? [] : [message('Update', 'TargetDetermined', target, name), message('Update', 'UpdateSuccessful', target, name)];
  if (request.activate === 'no') {
    const slot = record.images.at(-1)?.slot;
    const action = slot === undefined ? {} : { Resolution: `POST {} to ${activatePath(request.component, slot)} when it is to run.` };
    messages.push({ ...message('Update', 'AwaitToActivate', name, target), ...action });
  }
  return messages;
}

/** A message whose resolution says why. */
export function because(said: Message, completion: string, text: string): Message {
  return { ...said, Resolution: `${text} (${completion})` };
}

function imageName({ component, version }: { readonly component: string; readonly version: string }): string {
  return version === '' ? component : `${component} ${version}`;
}
