/**
 * What a call in this tree can answer. Append only: numbers are never reused, because hosts, tests and logs
 * hold them. Each member says what happened, whose fault it is, and what the caller does next.
 */
export enum Status {
  /** The call did what its name says. */
  Ok = 0,

  // Decoding bytes of the other end. The other end's fault or the link's: drop the message, the sender repeats it.
  /** Fewer bytes than the header or the body needs. Drop the message. */
  TooShort = 1,
  /** The first two bytes are not a Ferry message's. Drop the message. */
  BadMagic = 2,
  /** The message is of a protocol version that this end does not speak. Say hello again or give up. */
  BadVersion = 3,
  /** The size in the header is not the number of bytes that arrived, or is over the limit. Drop the message. */
  BadSize = 4,
  /** The CRC-32 does not match. Noise on the link: drop the message, the sender repeats it. */
  BadChecksum = 5,
  /** A field holds a value that the protocol does not allow. The peer is wrong: refuse the message. */
  BadField = 6,
  /** A message of this type has no place in the present state. Refuse the message. */
  UnexpectedType = 7,
  /** An LZ4 block is none, or does not make as many bytes as was said. The peer is wrong: refuse the message. */
  BadBlock = 8,

  // Calls out of order or with wrong arguments. Our own fault: fix the caller.
  /** The machine is not in a state in which this call makes sense. */
  WrongState = 16,
  /** An argument is outside what the doc comment allows. */
  BadArgument = 17,
  /** The result does not fit into the buffer that holds it. */
  NoRoom = 18,

  // The link.
  /** Nothing was answered within all the tries. The peer is dead or the link is cut: report and end. */
  TimedOut = 32,
  /** The peer started anew since the last call. Say hello again and go on from what it kept. */
  PeerRestarted = 33,
  /** The peer answered with a completion code that is not success. It is in `completion`. */
  Refused = 34,
  /** Nothing has arrived. Try again later. */
  Empty = 35,
  /** The ring has no room now. Try again when the peer has taken something out. */
  Full = 36,
  /** What lies in the ring is no message. It was thrown away; the sender repeats what it lost. */
  Garbage = 37,
  /** No function on the bus is a Ferry device. */
  NoDevice = 38,
  /** The device speaks only protocol versions newer than ours. Use a newer ferry. */
  DeviceTooNew = 39,
  /** The device is held by another live session. Try again when it has ended. */
  DeviceBusy = 40,
  /** The one who runs the program asked it to stop. End cleanly at this chunk. */
  Stopped = 41,
  /** The time limit of the config has passed. End cleanly at this chunk. */
  TimeLimit = 42,

  // Files of the host.
  /** The file does not exist. */
  NotFound = 64,
  /** Reading or writing the file failed. The errno is in the call's results. */
  FileError = 65,
  /** The file's bytes are not those that were read before. */
  FileChanged = 66,
  /** The path leaves the volume. */
  PathEscapes = 67,
  /** The file has no bytes. The config names the wrong one, or copying it failed. */
  FileEmpty = 68,
  /** The file is larger than an image can be. The config names the wrong one. */
  FileTooLarge = 69,

  // Flash and its records.
  /** Programming would have to set a bit. Erase the block first. */
  NeedsErase = 80,
  /** What was read back is not what was written. The part or its driver failed. */
  VerifyFailed = 81,
  /** No valid record was found. The slot is blank or was never written. */
  NoRecord = 82,
  /** The device below failed: an erase, a program or a read did not complete. */
  DeviceFailed = 83,
  /** The digest of the bytes is not the one that was promised. */
  DigestMismatch = 84,
  /** The staged image could not be read. The controller's own storage failed, not the flash: send the image again. */
  StagingFailed = 85,

  // The config file. The line and the key are in the call's results.
  /** The config file is wrong. The message has been made. */
  ConfigInvalid = 96,
}
