/** The first byte of every response: how the request ended. Append only. */

export enum Completion {
  /** Done as asked. */
  Ok = 0,
  /** Accepted and not finished yet. Ask again. */
  InProgress = 1,
  /** Another session holds the lock, or an image is being written. Temporary. */
  Busy = 2,
  /** The request's fields make no sense. */
  BadRequest = 3,
  /** The device speaks none of the versions in hello. */
  VersionNotSupported = 4,
  /** No component has this name, or the inventory has no such index. */
  UnknownComponent = 5,
  /** The image is larger than the slot, or empty. */
  BadImageSize = 6,
  /** The present version is newer, and the request does not allow a downgrade. */
  WouldDowngrade = 7,
  /** The present version is the same with other bytes, and the request does not allow a reinstall. */
  WouldReinstall = 8,
  /** The running slot holds exactly this image. */
  AlreadyRunning = 9,
  /** No upgrade with this id is open. Start one. */
  NoUpgrade = 10,
  /** No transfer with this id is open. Start the file again. */
  NoTransfer = 11,
  /** The chunk's offset or size is not one that the transfer can have. */
  BadOffset = 12,
  /** End of file was asked for before all chunks had arrived. */
  Incomplete = 13,
  /** The digest of what arrived is not the one announced. What was received is thrown away. */
  DigestMismatch = 14,
  /** No space is left where images are collected. Temporary: it can be freed. */
  StagingFull = 15,
  /** Reading or writing the place where images are collected failed. */
  StagingFailed = 16,
  /** Erasing, programming or reading the flash failed. */
  FlashFailed = 17,
  /** What was read back from flash is not what was written. */
  ReadBackMismatch = 18,
  /** The slot records could not be written. */
  RecordFailed = 19,
  /** The device takes signed images only, and none came with this one. */
  SignatureMissing = 20,
  /** What came is no signature that the device reads, or was not made over this. */
  SignatureInvalid = 21,
  /** The key that has signed is not trusted by the device, or has been revoked. */
  KeyNotTrusted = 22,
  /** The image was signed for another platform. */
  WrongPlatform = 23,
  /** What was signed is not what was announced: another component, version, size or digest. */
  SignatureMismatch = 24,
  /** The image's security number is below the one that the component has reached. */
  SecurityTooLow = 25,
  /** The running image is on trial, and the other slot holds the one to go back to. Temporary. */
  OnTrial = 26,
  /** This image was on trial before and did not hold. */
  TrialFailed = 27,
  /** The upgrade has been given up at the device, by someone else than its session. */
  Aborted = 28,
  /** No slot of the component holds the image that the patch was made for: send the image itself. */
  BaseNotHeld = 29,
  /** What came is no patch, or does not make the announced image. It is thrown away: send the image itself. */
  PatchFailed = 30,
}

/** Whether the same request can succeed a little later. */
export function completionIsTemporary(completion: u32): bool {
  return completion == Completion.Busy || completion == Completion.InProgress || completion == Completion.OnTrial;
}
