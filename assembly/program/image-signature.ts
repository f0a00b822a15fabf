/**
 * The signatures of the config's images: each is read from the volume once, checked against the config and the image
 * that it goes with, and kept as it is until it is sent. Only a well-meant early look: the management controller judges.
 */
import {
  imageComponent, imageComponentSize, imageSignature, imageSignatureNamed, imageSignatureSize, imageVersion, imageVersionSize, MAXIMUM_IMAGES,
} from "../config/image-table";
import { errno } from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";
import { Status } from "../status";
import { DIGEST_SIZE, SIGNATURE_LIMIT } from "../wire/message-type";
import { fileClose, fileErrno, fileOpen, fileOpened, fileRead, fileReadSize } from "./file";
import { IMAGE_DIGEST, imageSize } from "./image";
import { sameBytes } from "./literal";
import { signatureFileRead, SIGNATURE_KEY_ID } from "./signature-file";
import { COMMENT_DIGEST, commentSecurity, commentSize, Field, fieldText, fieldTextSize } from "./trusted-comment";

/** What there is of an image's signature. */
export enum SignatureState {
  /** No file: the image is not signed. */
  None,
  /** A signature that says what config and image say. */
  Given,
  /** The file could not be read: `signatureStatus`. */
  Unreadable,
  /** The file is not one that minisign or ferry sign writes: signature-file.ts and trusted-comment.ts say why. */
  Wrong,
  /** It was made for something else: `signatureDiffers`. */
  Differs,
}

const KEY_ID_SIZE: usize = 8;
// One entry an image: u32 state, u32 bytes of the file, u32 security number, zero, key id [8].
const ENTRY: usize = 24;
const entries: usize = memory.data(384, 16);
const files: usize = memory.data(32768, 16);
if (<usize>384 != ENTRY * <usize>MAXIMUM_IMAGES || <u32>32768 != SIGNATURE_LIMIT * MAXIMUM_IMAGES) ERROR("one entry an image");
const beyond: usize = memory.data(1, 16);

/** Set by `signatureRead` with Unreadable: NotFound, PathEscapes, FileTooLarge or FileError; `fileErrno` has more. */
export let signatureStatus: Status = Status.Ok;
/** Set by `signatureRead` with Differs: the field that says something else. */
export let signatureDiffers: Field = Field.Component;

function entry(index: u32): usize {
  return entries + <usize>index * ENTRY;
}

export function signatureState(index: u32): SignatureState {
  return <SignatureState>load<u32>(entry(index));
}

export function signatureIsGiven(index: u32): bool {
  return signatureState(index) == SignatureState.Given;
}

/** The signature file's bytes, `signatureSize` of them. */
export function signatureFile(index: u32): usize {
  return files + <usize>(index * SIGNATURE_LIMIT);
}

/** 0 when there is no signature to send. */
export function signatureSize(index: u32): u32 {
  return signatureIsGiven(index) ? load<u32>(entry(index), 4) : 0;
}

/** The security number that is signed; 0 without a signature. */
export function signatureSecurity(index: u32): u32 {
  return load<u32>(entry(index), 8);
}

/** The key that has signed, if the signature is right: eight bytes. */
export function signatureKeyId(index: u32): usize {
  return entry(index) + 16;
}

/** Reads the signature of the image that `imageOpen` has read last, and compares it with config and image. */
export function signatureRead(index: u32): SignatureState {
  memory.fill(entry(index), 0, ENTRY);
  const state: SignatureState = read(index);
  store<u32>(entry(index), state);
  return state;
}

function read(index: u32): SignatureState {
  signatureStatus = fetch(index);
  if (signatureStatus == Status.NotFound && isAbsent() && !imageSignatureNamed(index)) return SignatureState.None;
  if (signatureStatus != Status.Ok) return SignatureState.Unreadable;
  if (signatureFileRead(signatureFile(index), load<u32>(entry(index), 4)) != Status.Ok) return SignatureState.Wrong;
  if (!isOurs(index)) return SignatureState.Differs;
  store<u32>(entry(index), commentSecurity, 8);
  memory.copy(signatureKeyId(index), SIGNATURE_KEY_ID, KEY_ID_SIZE);
  return SignatureState.Given;
}

/** Nothing lies there, or nothing of such a name can: the volume may have short names only. */
function isAbsent(): bool {
  return fileErrno == errno.NOENT || fileErrno == errno.NAMETOOLONG;
}

function fetch(index: u32): Status {
  let status: Status = fileOpen(imageSignature(index), imageSignatureSize(index));
  if (status != Status.Ok) return status;
  const file: u32 = fileOpened;
  status = fileRead(file, signatureFile(index), SIGNATURE_LIMIT);
  store<u32>(entry(index), fileReadSize, 4);
  if (status == Status.Ok && fileReadSize == SIGNATURE_LIMIT) {
    status = fileRead(file, beyond, 1);
    if (status == Status.Ok && fileReadSize > 0) status = Status.FileTooLarge;
  }
  fileClose(file);
  return status;
}

/** Whether the trusted comment is about this image, as the config names it and as it is. */
function isOurs(index: u32): bool {
  if (!says(Field.Component, imageComponent(index), imageComponentSize(index))) return false;
  if (!says(Field.Version, imageVersion(index), imageVersionSize(index))) return false;
  signatureDiffers = Field.Size;
  if (commentSize != imageSize) return false;
  signatureDiffers = Field.Sha256;
  return memory.compare(COMMENT_DIGEST, IMAGE_DIGEST, DIGEST_SIZE) == 0;
}

function says(field: Field, at: usize, size: u32): bool {
  signatureDiffers = field;
  return sameBytes(fieldText(field), fieldTextSize(field), at, size);
}
