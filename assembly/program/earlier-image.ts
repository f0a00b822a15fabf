/** An image of the earlier report: of interest is the one that was left off in its middle. */
import { Status } from "../status";
import { DIGEST_SIZE } from "../wire/message-type";
import {
  hexadecimalValue, jsonEnter, jsonNext, jsonPass, jsonReadKey, jsonReadNumber, jsonReadPlain, jsonReadValue, jsonTextAt, jsonTextIs,
  jsonTextSize, OBJECT,
} from "./json-reader";

/** Set by `earlierImageRead`: whether an image was left off in its middle; the results below are about it. */
export let earlierPaused: bool = false;
export let earlierName: usize = 0;
export let earlierNameSize: u32 = 0;
export let earlierComponent: usize = 0;
export let earlierComponentSize: u32 = 0;
/** Bytes that the device had acknowledged, and bytes of the whole image. */
export let earlierPausedAt: u64 = 0;
export let earlierSize: u64 = 0;
export const EARLIER_DIGEST: usize = memory.data(32, 16);

/** Members that the image at hand has, a bit each. */
let seen: u32 = 0;
const PAUSED_AT: u32 = 32;
const ALL: u32 = 0x1f;
let isPaused: bool = false;

export function earlierImagesBegin(): void {
  earlierPaused = false;
}

/** Reads the image that comes next. BadField for what this program never writes. */
export function earlierImageRead(): Status {
  seen = 0;
  // A run leaves off one image at most, so what was read of the one before may be overwritten only when there is none.
  if (earlierPaused) return jsonPass();
  let status: Status = jsonEnter(OBJECT);
  while (status == Status.Ok) {
    status = jsonNext(OBJECT);
    if (status == Status.Ok) status = readMember();
  }
  if (status != Status.Empty) return status;
  if ((seen & ALL) != ALL || isPaused != ((seen & PAUSED_AT) != 0)) return Status.BadField;
  earlierPaused = isPaused;
  return isPaused && earlierPausedAt > earlierSize ? Status.BadField : Status.Ok;
}

function readMember(): Status {
  const status: Status = jsonReadKey();
  if (status != Status.Ok) return status;
  if (jsonTextIs("image")) return found(1, readName());
  if (jsonTextIs("component")) return found(2, readComponent());
  if (jsonTextIs("size")) return found(4, readSize());
  if (jsonTextIs("sha256")) return found(8, readDigest());
  if (jsonTextIs("outcome")) return found(16, readOutcome());
  return jsonTextIs("pausedAt") ? found(PAUSED_AT, readPausedAt()) : jsonPass();
}

function found(bit: u32, status: Status): Status {
  if ((seen & bit) != 0) return Status.BadField;
  seen |= bit;
  return status;
}

function readName(): Status {
  const status: Status = jsonReadPlain();
  earlierName = jsonTextAt;
  earlierNameSize = jsonTextSize;
  return status;
}

function readComponent(): Status {
  const status: Status = jsonReadPlain();
  earlierComponent = jsonTextAt;
  earlierComponentSize = jsonTextSize;
  return status;
}

function readSize(): Status {
  const status: Status = jsonReadNumber();
  earlierSize = jsonReadValue;
  return status;
}

function readPausedAt(): Status {
  const status: Status = jsonReadNumber();
  earlierPausedAt = jsonReadValue;
  return status;
}

function readOutcome(): Status {
  const status: Status = jsonReadPlain();
  isPaused = jsonTextIs("paused");
  return status;
}

function readDigest(): Status {
  const status: Status = jsonReadPlain();
  if (status != Status.Ok) return status;
  if (jsonTextSize != 2 * DIGEST_SIZE) return Status.BadField;
  for (let i: u32 = 0; i < DIGEST_SIZE; i++) {
    const high: u32 = hexadecimalValue(load<u8>(jsonTextAt + <usize>i * 2));
    const low: u32 = hexadecimalValue(load<u8>(jsonTextAt + <usize>i * 2, 1));
    if (high > 15 || low > 15) return Status.BadField;
    store<u8>(EARLIER_DIGEST + <usize>i, <u8>(high << 4 | low));
  }
  return Status.Ok;
}
