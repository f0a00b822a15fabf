/** Exit codes say what state the device is in; fixed since the first release (DESIGN.md, section 4). */
export enum ExitCode {
  /** Everything that was asked for is stored and runs. */
  Done = 0,
  /** A failure; the device is on its old image. */
  Failed = 1,
  /** The device holds what the config names already. */
  NothingToDo = 2,
  /** Stored; the device runs it after the next reset. */
  ResetNeeded = 3,
  /** Ended cleanly in the middle; the same command goes on from there. */
  Paused = 4,
  /** A failure that leaves the device in need of a person. */
  NeedsAttention = 5,
  /** The command line or the config is wrong; nothing was touched. */
  Usage = 64,
}

/** A few words for scripts' logs. */
export function exitMeaning(code: u32): string {
  switch (code) {
    case ExitCode.Done: return "done";
    case ExitCode.Failed: return "failed, the device is on its old image";
    case ExitCode.NothingToDo: return "nothing to do";
    case ExitCode.ResetNeeded: return "done, reset needed";
    case ExitCode.Paused: return "paused, run again to go on";
    case ExitCode.NeedsAttention: return "failed, needs attention";
    case ExitCode.Usage: return "wrong command line or config, nothing touched";
    default: return "unknown";
  }
}
