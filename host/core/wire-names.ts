// The protocol's enums as the host spells them: the members of the core's own, with what each means to a person.

/** How a request ended, and the sentence that tells it. assembly/wire/README.md says more of each. */
export const COMPLETIONS = {
  Ok: 'done as asked',
  InProgress: 'accepted and not finished yet',
  Busy: 'another session holds the device, or it is writing an image',
  BadRequest: 'the device can not make sense of the request',
  VersionNotSupported: 'the device does not speak this version of the protocol',
  UnknownComponent: 'the device has no such component',
  BadImageSize: 'the image is empty, or larger than the slot',
  WouldDowngrade: 'the device runs a newer version',
  WouldReinstall: 'the device runs this version with other bytes',
  AlreadyRunning: 'the device runs exactly this image',
  NoUpgrade: 'the device knows no such upgrade',
  NoTransfer: 'the device knows no such transfer',
  BadOffset: 'the transfer has no chunk of this offset and size',
  Incomplete: 'some chunks of the image have not arrived',
  DigestMismatch: 'what arrived does not have the announced digest',
  StagingFull: 'the device has no space to collect the image',
  StagingFailed: 'the device can not read or write where it collects the image',
  FlashFailed: 'the flash could not be erased, programmed or read',
  ReadBackMismatch: 'the flash does not hold what was written',
  RecordFailed: 'the device could not write its slot records',
  SignatureMissing: 'the device takes signed images only, and no signature came with this one',
  SignatureInvalid: 'the signature was not made over this image, or can not be read',
  KeyNotTrusted: 'the device does not trust the key that has signed',
  WrongPlatform: 'the image was signed for another platform',
  SignatureMismatch: 'what was signed is not what was announced',
  SecurityTooLow: 'the security number of the image is below the one that the device has reached',
  OnTrial: 'what the device runs is on trial, and it keeps the image before for as long',
  TrialFailed: 'the device ran this image on trial and went back',
  Aborted: 'the upgrade has been given up at the device',
  BaseNotHeld: 'the device does not hold the image that the patch was made for',
  PatchFailed: 'what came is no patch, or does not make the announced image',
} as const;

/** A number that a newer peer knows and this build does not. */
export type UnknownName = `unknown number ${number}`;
export type CompletionName = keyof typeof COMPLETIONS | UnknownName;
export type ActivateName = 'No' | 'Now' | 'NextReset';
export type AllowName = 'Upgrade' | 'Reinstall' | 'Downgrade';
export type OriginName = 'Unknown' | 'BeforeOs' | 'AfterOs' | 'Remote';
export type SlotStateName = 'Empty' | 'Writing' | 'Valid' | 'Failed' | 'Rejected';
export type PhaseName = 'Idle' | 'Open' | 'Receiving' | 'Verifying' | 'Writing' | 'ReadingBack' | 'Stored' | 'Failed' | 'Patching';
export type AbortReasonName = 'Asked' | 'TimeLimit' | 'SenderFailed';

/** The sentence for a completion code, also for one that this build does not know. */
export function completionText(name: CompletionName): string {
  return (COMPLETIONS as Readonly<Record<string, string>>)[name] ?? `the device answered with an ${name}`;
}
