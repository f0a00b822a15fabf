/**
 * Sends one image through the open upgrade: drives transfer/sender.ts with the image's bytes and the link. Sends
 * nothing that is not the image that was planned.
 */
import {
  imageAllow, imageComponent, imageComponentSize, imageFile, imageFileSize, imageName, imageNameSize, imageVersion, imageVersionSize,
} from "../config/image-table";
import { mailboxSize } from "../bus/mailbox";
import { Status } from "../status";
import {
  SENDER_CHUNK, SENDER_COMPONENT, SENDER_DIGEST, SENDER_VERSION, SenderAction, senderBegin, senderChunk, senderDone, senderFailure,
  senderMessage, senderNext, senderOffset, senderOut, senderOutSize, senderPhase, senderRead, senderResumed, senderTotal, senderWaitMs,
} from "../transfer/sender";
import { DIGEST_SIZE, NAME_SIZE, Phase, VERSION_SIZE } from "../wire/message-type";
import { eventBegin, eventEnd, eventNumber, eventText, eventLiteral } from "./event";
import { IMAGE_BLOCK, imageBlockSize, imageClose, imageReadBlock, imageReopen } from "./image";
import { LINK_IN, linkHoldTimeLimit, linkMayGoOn, linkNow, linkReceive, linkSend } from "./link";
import { planDigest, planSize } from "./plan";
import { progress, progressBegin, progressEnd } from "./progress";
import { textSize } from "./quantity";
import { sayBegin, sayEnd } from "./say";
import { textBytes, textLiteral } from "./text";

/** Room that a full ring gives up in this time, or the chunk counts as lost. */
const ROOM_PATIENCE_MS: u32 = 200;
const NO_BLOCK: u32 = 0xffffffff;

const block: usize = memory.data(65536, 64);
let blockIndex: u32 = NO_BLOCK;
let image: u32 = 0;
let shownPhase: u32 = Phase.Idle;
let shownTotal: u32 = 0;

function pad(into: usize, capacity: u32, from: usize, size: u32): void {
  memory.fill(into, 0, capacity);
  memory.copy(into, from, min<u32>(size, capacity - 1));
}

/** Copies the chunk that the sender wants out of the image's blocks, each proved to be what it was. */
function readChunk(): Status {
  let offset: u32 = senderOffset;
  let left: u32 = senderChunk;
  let into: usize = SENDER_CHUNK;
  while (left > 0) {
    const index: u32 = offset / IMAGE_BLOCK;
    if (index != blockIndex) {
      blockIndex = NO_BLOCK;
      const status: Status = imageReadBlock(index, block);
      if (status != Status.Ok) return status;
      blockIndex = index;
    }
    const inside: u32 = offset - index * IMAGE_BLOCK;
    const count: u32 = min<u32>(left, imageBlockSize - inside);
    memory.copy(into, block + inside, count);
    into += count;
    offset += count;
    left -= count;
  }
  return Status.Ok;
}

function phaseName(): string {
  switch (senderPhase) {
    case Phase.Receiving: return "send";
    case Phase.Verifying: return "verify";
    case Phase.Writing: return "write";
    case Phase.ReadingBack: return "read-back";
    default: return "";
  }
}

function phaseWords(): string {
  switch (senderPhase) {
    case Phase.Receiving: return "sending";
    case Phase.Verifying: return "all of it has arrived; the device computes its digest";
    case Phase.Writing: return "the digest is right; the device writes it to flash";
    default: return "written; the device reads it back";
  }
}

/** Phases that take so long on real parts that people want to see how far they are. */
function isMeasured(phase: u32): bool {
  return phase == Phase.Receiving || phase == Phase.Writing;
}

function beginPhase(): void {
  if (isMeasured(shownPhase)) progressEnd(shownTotal);
  shownPhase = senderPhase;
  if (phaseName().length == 0) return;
  sayBegin();
  textLiteral("  ");
  textBytes(imageName(image), imageNameSize(image));
  textLiteral(": ");
  textLiteral(phaseWords());
  sayEnd();
  eventBegin("phase");
  eventText("image", imageName(image), imageNameSize(image));
  eventLiteral("phase", phaseName());
  eventEnd();
  if (!isMeasured(shownPhase)) return;
  shownTotal = senderTotal;
  progressBegin(imageName(image), imageNameSize(image), senderTotal, senderDone);
}

/** Shows where the transfer is. */
function show(): void {
  if (senderPhase != shownPhase) beginPhase();
  if (isMeasured(senderPhase)) progress(senderDone);
}

function tellResumed(): void {
  if (senderResumed == 0) return;
  sayBegin();
  textLiteral("  ");
  textBytes(imageName(image), imageNameSize(image));
  textLiteral(": going on at ");
  textSize(senderResumed);
  textLiteral(", the device has what comes before");
  sayEnd();
  eventBegin("resumed");
  eventText("image", imageName(image), imageNameSize(image));
  eventNumber("offset", senderResumed);
  eventEnd();
}

function drive(): Status {
  let told: bool = false;
  while (true) {
    const action: SenderAction = senderNext(linkNow());
    if (!told && senderPhase >= <u32>Phase.Receiving) {
      tellResumed();
      told = true;
    }
    show();
    if (action == SenderAction.Done) return Status.Ok;
    if (action == SenderAction.Failed) return senderFailure;
    if (action == SenderAction.Read) {
      const going: Status = linkMayGoOn();
      if (going != Status.Ok) return going;
      const read: Status = readChunk();
      senderRead(read, linkNow());
      if (read != Status.Ok) return read;
      linkSend(senderOut, senderOutSize, ROOM_PATIENCE_MS);
      linkHoldTimeLimit(false);
      const taken: Status = takeMessages(0);
      if (taken != Status.Ok) return taken;
    } else if (action == SenderAction.Send) {
      linkSend(senderOut, senderOutSize, 0);
    } else {
      const taken: Status = takeMessages(senderWaitMs);
      if (taken != Status.Ok) return taken;
    }
  }
  return Status.Ok;
}

/** Takes what has come in, waiting for the first message at most so long. Empty is no failure. */
function takeMessages(waitMs: u32): Status {
  const status: Status = linkReceive(waitMs);
  if (status == Status.Empty) return Status.Ok;
  if (status != Status.Ok) return status;
  senderMessage(LINK_IN, mailboxSize, linkNow());
  return Status.Ok;
}

/**
 * Sends image `index` of the config into the open upgrade `upgrade`, until it is stored. `Refused` with
 * `senderCompletion`; `FileChanged`, `FileError` and the like when the image fails; `TimedOut`, `PeerRestarted`,
 * `Stopped`, `TimeLimit`; `DigestMismatch` when the device acknowledges other bytes.
 */
export function pushImage(upgrade: u32, index: u32): Status {
  image = index;
  shownPhase = Phase.Idle;
  blockIndex = NO_BLOCK;
  let status: Status = imageReopen(index, imageFile(index), imageFileSize(index), planSize(index));
  if (status == Status.Ok) {
    pad(SENDER_COMPONENT, NAME_SIZE, imageComponent(index), imageComponentSize(index));
    pad(SENDER_VERSION, VERSION_SIZE, imageVersion(index), imageVersionSize(index));
    memory.copy(SENDER_DIGEST, planDigest(index), DIGEST_SIZE);
    status = senderBegin(upgrade, index, <u32>imageAllow(index), planSize(index));
  }
  if (status == Status.Ok) status = drive();
  if (isMeasured(shownPhase)) progressEnd(senderDone);
  imageClose();
  return status;
}
