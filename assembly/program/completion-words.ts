/** The words for completion codes. */
import { Completion } from "../wire/completion";

/** What the device says with this completion code, as the second half of "the device answered: …". */
export function completionMeaning(completion: u32): string {
  switch (completion) {
    case Completion.Busy: return "busy: another session holds the lock, or an image is being written";
    case Completion.BadRequest: return "the request makes no sense to it";
    case Completion.VersionNotSupported: return "it does not speak this version of the protocol";
    case Completion.UnknownComponent: return "it has no such component";
    case Completion.BadImageSize: return "the image does not fit the slot";
    case Completion.WouldDowngrade: return "what runs is newer, and the config does not allow a downgrade";
    case Completion.WouldReinstall: return "the same version runs with other bytes, and the config does not allow a reinstall";
    case Completion.AlreadyRunning: return "exactly this image runs already";
    case Completion.NoUpgrade: return "no upgrade of this session is open";
    case Completion.NoTransfer: return "no transfer of this session is open";
    case Completion.BadOffset: return "a chunk had an offset or a size that the image does not have";
    case Completion.Incomplete: return "chunks are missing";
    case Completion.DigestMismatch: return "what arrived does not have the announced SHA-256";
    case Completion.StagingFull: return "no space is left where it collects images";
    case Completion.StagingFailed: return "it could not read or write the place where it collects images";
    case Completion.FlashFailed: return "erasing, programming or reading the flash failed";
    case Completion.ReadBackMismatch: return "what was read back from flash is not what was written";
    case Completion.RecordFailed: return "the slot records could not be written";
    case Completion.SignatureMissing: return "it takes signed images only, and no signature came with this one";
    case Completion.SignatureInvalid: return "the signature is none that it reads, or was not made over this image";
    case Completion.KeyNotTrusted: return "it does not trust the key that has signed, or the key has been revoked";
    case Completion.WrongPlatform: return "the image was signed for another platform";
    case Completion.SignatureMismatch: return "what was signed is another component, version, size or digest than was announced";
    case Completion.SecurityTooLow: return "the image's security number is below the one that the component has reached";
    case Completion.OnTrial: return "what the component runs is still on trial, and the other slot holds the image to go back to";
    case Completion.TrialFailed: return "this image was on trial before and did not hold, and the config does not ask for it again";
    case Completion.Aborted: return "the upgrade has been given up there, by someone who administers it";
    case Completion.BaseNotHeld: return "it does not hold the image that the patch was made for";
    case Completion.PatchFailed: return "what came is no patch, or does not make the announced image";
    default: return "a completion code that this version of ferry does not know";
  }
}

/** A short word for scripts. */
export function completionName(completion: u32): string {
  switch (completion) {
    case Completion.Ok: return "Ok";
    case Completion.InProgress: return "InProgress";
    case Completion.Busy: return "Busy";
    case Completion.BadRequest: return "BadRequest";
    case Completion.VersionNotSupported: return "VersionNotSupported";
    case Completion.UnknownComponent: return "UnknownComponent";
    case Completion.BadImageSize: return "BadImageSize";
    case Completion.WouldDowngrade: return "WouldDowngrade";
    case Completion.WouldReinstall: return "WouldReinstall";
    case Completion.AlreadyRunning: return "AlreadyRunning";
    case Completion.NoUpgrade: return "NoUpgrade";
    case Completion.NoTransfer: return "NoTransfer";
    case Completion.BadOffset: return "BadOffset";
    case Completion.Incomplete: return "Incomplete";
    case Completion.DigestMismatch: return "DigestMismatch";
    case Completion.StagingFull: return "StagingFull";
    case Completion.StagingFailed: return "StagingFailed";
    case Completion.FlashFailed: return "FlashFailed";
    case Completion.ReadBackMismatch: return "ReadBackMismatch";
    case Completion.RecordFailed: return "RecordFailed";
    case Completion.SignatureMissing: return "SignatureMissing";
    case Completion.SignatureInvalid: return "SignatureInvalid";
    case Completion.KeyNotTrusted: return "KeyNotTrusted";
    case Completion.WrongPlatform: return "WrongPlatform";
    case Completion.SignatureMismatch: return "SignatureMismatch";
    case Completion.SecurityTooLow: return "SecurityTooLow";
    case Completion.OnTrial: return "OnTrial";
    case Completion.TrialFailed: return "TrialFailed";
    case Completion.Aborted: return "Aborted";
    case Completion.BaseNotHeld: return "BaseNotHeld";
    case Completion.PatchFailed: return "PatchFailed";
    default: return "Unknown";
  }
}

/** What to do about an image that was refused so, while its component is on its old image. */
export function completionAdvice(completion: u32): string {
  switch (completion) {
    case Completion.SignatureMissing: return "put the image's signature beside it (ferry sign makes it), then run the same command again";
    case Completion.SignatureInvalid: return "get the image and its signature again from who has made them; do not install this one";
    case Completion.KeyNotTrusted: return "sign the image with a key that the device trusts, or have its owner trust this key there";
    case Completion.WrongPlatform: return "use the image that was signed for this platform";
    case Completion.SignatureMismatch: return "put the signature that was made for this image beside it, then run the same command again";
    case Completion.SecurityTooLow: return "use an image with a higher security number; a component never goes back below what it has committed";
    case Completion.OnTrial: return "run the same command again when the trial has ended; ferry inventory shows it";
    case Completion.TrialFailed: return "use another version, or set allow = reinstall to try this one again";
    case Completion.Aborted: return "ask who administers the device; the same command begins the upgrade again and goes on where it was";
    default: return "remove the cause, then run the same command again; it goes on where it was";
  }
}
