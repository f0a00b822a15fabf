/** What the plan says becomes of an image, and its words for scripts and reports. */

/** What becomes of an image. Append only: reports name them. */
export enum Verdict {
  /** Newer than what runs. */
  Upgrade = 0,
  /** The same version with other bytes; the config allows that. */
  Reinstall = 1,
  /** Older than what runs; the config allows that. */
  Downgrade = 2,
  /** The component holds no whole image. */
  FirstImage = 3,
  /** The device runs exactly this image. */
  UpToDate = 4,
  /** The device holds exactly this image and runs it after the next reset. */
  WaitsForReset = 5,
  /** What runs is newer. Not sent. */
  RunsNewer = 6,
  /** What runs has the same version and other bytes. Not sent. */
  RunsOther = 7,
  /** The device has no such component. */
  NoComponent = 8,
  /** The image is larger than the component's slot. */
  TooLarge = 9,
  /** The image could not be read, or is not what the config says; `planStatus` has the reason. */
  BadImage = 10,
  /** The image's signature is not one, or was made for something else; `planSignature` has the reason. */
  BadSignature = 11,
  /** The image was signed for another platform than the device's. */
  WrongPlatform = 12,
  /** The device takes signed images only, and this one is not. */
  SignatureMissing = 13,
  /** The image's security number is below the one that the component has reached. */
  SecurityTooLow = 14,
  /** The image was on trial on this device and did not hold, and the config does not ask for it again. */
  TrialFailed = 15,
}

export function verdictSends(verdict: Verdict): bool {
  return verdict <= Verdict.FirstImage;
}

export function verdictFails(verdict: Verdict): bool {
  return verdict >= Verdict.NoComponent;
}

/** A word for scripts and reports. */
export function verdictName(verdict: Verdict): string {
  switch (verdict) {
    case Verdict.Upgrade: return "upgrade";
    case Verdict.Reinstall: return "reinstall";
    case Verdict.Downgrade: return "downgrade";
    case Verdict.FirstImage: return "first-image";
    case Verdict.UpToDate: return "up-to-date";
    case Verdict.WaitsForReset: return "waits-for-reset";
    case Verdict.RunsNewer: return "runs-newer";
    case Verdict.RunsOther: return "runs-other";
    case Verdict.NoComponent: return "no-component";
    case Verdict.TooLarge: return "too-large";
    case Verdict.BadImage: return "bad-image";
    case Verdict.BadSignature: return "bad-signature";
    case Verdict.WrongPlatform: return "wrong-platform";
    case Verdict.SignatureMissing: return "signature-missing";
    case Verdict.SecurityTooLow: return "security-too-low";
    default: return "trial-failed";
  }
}
