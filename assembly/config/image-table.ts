/**
 * The images of the config, in its order, in one static table.
 *
 *   one image      offset  bytes
 *   line                0      4    where its section starts, for errors
 *   allow               4      4
 *   flags               8      4    bit 0: the config gives a digest; bit 1: it names a signature
 *   sizes              12     16    of name, file, component, version; u32 each
 *   digest             28     32
 *   name               60     32
 *   component          92     16
 *   version           108     32
 *   file              140   1024    resolved on the volume
 *   signature        1164   1032    the same; where the config names none: FILE.minisig
 *   signature size   2196      4
 *   patch            2200   1024    as the file; the config need not name one
 *   patch size       3224      4    0: none is named
 */
import { literalAt, sameBytes } from "../program/literal";
import { PATH_CAPACITY } from "../program/path";

/** The most images that one config can name. */
export const MAXIMUM_IMAGES: u32 = 16;
/** The longest names, in bytes. */
export const NAME_LIMIT: u32 = 31;
export const COMPONENT_LIMIT: u32 = 15;
export const VERSION_LIMIT: u32 = 31;

/** Which step of a component's version the config allows. */
export enum Allow {
  /** Only to a newer version. */
  Upgrade,
  /** To a newer version or the same one again. */
  Reinstall,
  /** To any version. */
  Downgrade,
}

const ALLOW: usize = 4;
const FLAGS: usize = 8;
const SIZES: usize = 12;
const DIGEST: usize = 28;
const NAME: usize = 60;
const COMPONENT: usize = 92;
const VERSION: usize = 108;
const FILE: usize = 140;
const SIGNATURE: usize = 1164;
const SIGNATURE_SIZE: usize = 2196;
const PATCH: usize = 2200;
const PATCH_SIZE: usize = 3224;
const STRIDE: usize = 3232;
const DIGEST_GIVEN: u32 = 1;
const SIGNATURE_NAMED: u32 = 2;
const table: usize = memory.data(51712, 16);
if (SIGNATURE != FILE + <usize>PATH_CAPACITY || SIGNATURE_SIZE != SIGNATURE + <usize>PATH_CAPACITY + 8) ERROR("room for two paths");
if (<usize>51712 != STRIDE * <usize>MAXIMUM_IMAGES) ERROR("the table's size");
const SUFFIX: string = ".minisig";

/** Set by `imageTableBegin` and `imageAdd`. */
export let imageCount: u32 = 0;

/** Empties the table. */
export function imageTableBegin(): void {
  imageCount = 0;
}

/** Adds an image; the caller has seen that there is room. The index is `imageCount - 1` then. */
export function imageAdd(line: u32): void {
  const at: usize = entry(imageCount);
  memory.fill(at, 0, FILE);
  store<u32>(at, 0, PATCH_SIZE);
  store<u32>(at, line);
  imageCount++;
}

function entry(index: u32): usize {
  return table + <usize>index * STRIDE;
}

function setText(index: u32, field: usize, order: usize, from: usize, size: u32): void {
  store<u32>(entry(index) + SIZES + (order << 2), size);
  memory.copy(entry(index) + field, from, size);
}

function sizeOf(index: u32, order: usize): u32 {
  return load<u32>(entry(index) + SIZES + (order << 2));
}

export function imageLine(index: u32): u32 {
  return load<u32>(entry(index));
}

export function imageAllow(index: u32): Allow {
  return load<u32>(entry(index), ALLOW);
}

export function setImageAllow(index: u32, allow: Allow): void {
  store<u32>(entry(index), allow, ALLOW);
}

/** Where the expected digest is, 0 when the config gives none. */
export function imageExpectedDigest(index: u32): usize {
  return (load<u32>(entry(index), FLAGS) & DIGEST_GIVEN) != 0 ? entry(index) + DIGEST : 0;
}

/** The place for the expected digest's 32 bytes; it counts as given from now on. */
export function imageDigestPlace(index: u32): usize {
  store<u32>(entry(index), load<u32>(entry(index), FLAGS) | DIGEST_GIVEN, FLAGS);
  return entry(index) + DIGEST;
}

/** The name in the section's header. */
export function imageName(index: u32): usize {
  return entry(index) + NAME;
}

export function imageNameSize(index: u32): u32 {
  return sizeOf(index, 0);
}

export function setImageName(index: u32, from: usize, size: u32): void {
  setText(index, NAME, 0, from, size);
}

/** The path on the volume, as `fileOpen` takes it. */
export function imageFile(index: u32): usize {
  return entry(index) + FILE;
}

export function imageFileSize(index: u32): u32 {
  return sizeOf(index, 1);
}

/** The path was resolved into `imageFile` already. */
export function setImageFileSize(index: u32, size: u32): void {
  store<u32>(entry(index) + SIZES + 4, size);
}

/** The path of the image's signature, as `fileOpen` takes it. */
export function imageSignature(index: u32): usize {
  return entry(index) + SIGNATURE;
}

export function imageSignatureSize(index: u32): u32 {
  return load<u32>(entry(index), SIGNATURE_SIZE);
}

/** Whether the config names the signature, so that it has to be there. */
export function imageSignatureNamed(index: u32): bool {
  return (load<u32>(entry(index), FLAGS) & SIGNATURE_NAMED) != 0;
}

/** The path that the config names was resolved into `imageSignature` already. */
export function setImageSignatureSize(index: u32, size: u32): void {
  store<u32>(entry(index), load<u32>(entry(index), FLAGS) | SIGNATURE_NAMED, FLAGS);
  store<u32>(entry(index), size, SIGNATURE_SIZE);
}

/** The config names no signature: it is looked for beside the image. */
export function setImageSignatureBeside(index: u32): void {
  const size: u32 = imageFileSize(index);
  memory.copy(imageSignature(index), imageFile(index), size);
  for (let i: u32 = 0; i < <u32>SUFFIX.length; i++) store<u8>(imageSignature(index) + <usize>(size + i), <u8>literalAt(SUFFIX, i));
  store<u32>(entry(index), size + SUFFIX.length, SIGNATURE_SIZE);
}

/** The path of a patch that the config names, `imagePatchSize` bytes; 0 when it names none. */
export function imagePatch(index: u32): usize {
  return entry(index) + PATCH;
}

export function imagePatchSize(index: u32): u32 {
  return load<u32>(entry(index), PATCH_SIZE);
}

/** The path was resolved into `imagePatch` already. */
export function setImagePatchSize(index: u32, size: u32): void {
  store<u32>(entry(index), size, PATCH_SIZE);
}

export function imageComponent(index: u32): usize {
  return entry(index) + COMPONENT;
}

export function imageComponentSize(index: u32): u32 {
  return sizeOf(index, 2);
}

export function setImageComponent(index: u32, from: usize, size: u32): void {
  setText(index, COMPONENT, 2, from, size);
}

export function imageVersion(index: u32): usize {
  return entry(index) + VERSION;
}

export function imageVersionSize(index: u32): u32 {
  return sizeOf(index, 3);
}

export function setImageVersion(index: u32, from: usize, size: u32): void {
  setText(index, VERSION, 3, from, size);
}

/** The image before `index` that has this name; `index` when there is none. */
export function imageNamed(index: u32, name: usize, size: u32): u32 {
  for (let i: u32 = 0; i < index; i++) {
    if (sameBytes(imageName(i), imageNameSize(i), name, size)) return i;
  }
  return index;
}

/** The image before `index` that is for this component; `index` when there is none. */
export function imageForComponent(index: u32, component: usize, size: u32): u32 {
  for (let i: u32 = 0; i < index; i++) {
    if (sameBytes(imageComponent(i), imageComponentSize(i), component, size)) return i;
  }
  return index;
}
