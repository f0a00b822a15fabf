/**
 * Sends one image through the open upgrade: drives transfer/sender.ts with the image's bytes and the link. Sends
 * nothing that is not the image that was planned.
 */
import {
  imageAllow, imageComponent, imageComponentSize, imageFile, imageFileSize, imageVersion, imageVersionSize,
} from "../config/image-table";
import { mailboxSize } from "../bus/mailbox";
import { Status } from "../status";
import {
  SENDER_BASE_DIGEST, SENDER_CHUNK, SENDER_COMPONENT, SENDER_DIGEST, SENDER_PATCH_DIGEST, SENDER_SIGNATURE, SENDER_VERSION, SenderAction, senderBegin, senderBrings, senderChunk, senderCompletion, senderDone,
  senderFailure, senderForgoReuse, senderMessage, senderNext, senderOffset, senderOut, senderOutSize, senderPhase, senderRead, senderResumed, senderWaitMs,
} from "../transfer/sender";
import { Completion } from "../wire/completion";
import { DIGEST_SIZE, NAME_SIZE, NO_PATCH, Phase, VERSION_SIZE } from "../wire/message-type";
import { IMAGE_BLOCK, IMAGE_DIGEST, imageBlockSize, imageClose, imageOpen, imageReadBlock, imageReopen } from "./image";
import { patchBase, patchFound, patchGiveUp, patchOpen, patchToSend } from "./image-patch";
import { signatureFile, signatureSize } from "./image-signature";
import { LINK_IN, linkHoldTimeLimit, linkIsLate, linkMayGoOn, linkNow, linkReceive, linkSend } from "./link";
import { planDigest, planSize } from "./plan";
import { show, showBegin, showEnd, tellPatchGivenUp, tellResumed } from "./push-view";
import { tellTrialWait } from "./trial-view";

/** Room that a full ring gives up in this time, or the chunk counts as lost. */
const ROOM_PATIENCE_MS: u32 = 200;
const NO_BLOCK: u32 = 0xffffffff;

const block: usize = memory.data(65536, 64);
let blockIndex: u32 = NO_BLOCK;
let image: u32 = 0;

function pad(into: usize, capacity: u32, from: usize, size: u32): void {
  memory.fill(into, 0, capacity);
  memory.copy(into, from, min<u32>(size, capacity - 1));
}

/** Opens what is sent: the patch, for as long as there is one that can be used, or the image. */
function openSent(index: u32): Status {
  if (patchToSend(index) != NO_PATCH) {
    if (patchOpen(index) == Status.Ok) {
      memory.copy(SENDER_PATCH_DIGEST, IMAGE_DIGEST, DIGEST_SIZE);
      memory.copy(SENDER_BASE_DIGEST, patchBase(index), DIGEST_SIZE);
      return Status.Ok;
    }
    patchGiveUp(index);
    tellPatchGivenUp(index, "the patch can not be read as it was");
  }
  if (patchFound(index) == NO_PATCH) return imageReopen(index, imageFile(index), imageFileSize(index), planSize(index));
  // The blocks that are known were those of the patch.
  const status: Status = imageOpen(index, imageFile(index), imageFileSize(index), planDigest(index));
  return status == Status.DigestMismatch ? Status.FileChanged : status;
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

function drive(): Status {
  let told: bool = false;
  let waits: bool = false;
  while (true) {
    const action: SenderAction = senderNext(linkNow());
    if (!waits && senderCompletion == Completion.OnTrial && action != SenderAction.Failed) {
      waits = true;
      tellTrialWait(image);
      // Waiting for a trial to end is not what a limit is to be held back for.
      linkHoldTimeLimit(false);
    }
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
      if (linkIsLate()) senderForgoReuse();
      const read: Status = readChunk();
      senderRead(read, linkNow());
      if (read != Status.Ok) return read;
      linkSend(senderOut, senderOutSize, ROOM_PATIENCE_MS);
      // Every run brings the file further: a chunk that the device has not made yet does not, should the run end now.
      if (senderDone != senderResumed || (senderBrings && senderOffset == senderResumed)) linkHoldTimeLimit(false);
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
  showBegin(index);
  blockIndex = NO_BLOCK;
  let status: Status = openSent(index);
  if (status == Status.Ok) {
    pad(SENDER_COMPONENT, NAME_SIZE, imageComponent(index), imageComponentSize(index));
    pad(SENDER_VERSION, VERSION_SIZE, imageVersion(index), imageVersionSize(index));
    memory.copy(SENDER_DIGEST, planDigest(index), DIGEST_SIZE);
    memory.copy(SENDER_SIGNATURE, signatureFile(index), signatureSize(index));
    status = senderBegin(upgrade, index, <u32>imageAllow(index), planSize(index), signatureSize(index), patchToSend(index));
  }
  if (status == Status.Ok) status = drive();
  showEnd();
  imageClose();
  return status;
}
