/** The keys of [image NAME]: one image, the component that it is for, and what may happen to that component. */
import { Status } from "../status";
import { equals } from "../program/literal";
import { nearestOffer } from "../program/nearest";
import { PATH_CAPACITY, pathExpected, pathResolve, pathSize } from "../program/path";
import { textBytes, textLiteral, textNumber } from "../program/text";
import {
  COMPONENT_LIMIT, MAXIMUM_IMAGES, NAME_LIMIT, VERSION_LIMIT, imageAdd, imageCount, imageDigestPlace, imageFile, imageForComponent,
  imageLine, imageName, imageNameSize, imageNamed, imagePatch, imageSignature, setImageAllow, setImageComponent, setImageFileSize, setImageName,
  setImagePatchSize,
  setImageSignatureBeside, setImageSignatureSize, setImageVersion,
} from "./image-table";
import { iniKey, iniKeySize, iniValue, iniValueSize } from "./ini";
import { keyGiven, keyUnknown, keyUnknownBegin, keysGiven } from "./key";
import { lineNumber } from "./line-reader";
import { problemAdvice, problemBegin, problemEnd, problemEndAdvised, problemOfKey, problemValue } from "./problem";
import { choice, valueChoice, valueDigest } from "./value";

/** The image of the section at hand. */
let image: u32 = 0;

/** Starts the section of the image with this name. */
export function imageSectionBegin(name: usize, size: u32): Status {
  if (!isName(name, size)) {
    problemBegin(lineNumber, 0);
    textLiteral("expected [image NAME] with a name of 1 to 31 letters, digits, dots, hyphens and underscores, got [image ");
    textBytes(name, size);
    textLiteral("]");
    return problemEnd();
  }
  const twin: u32 = imageNamed(imageCount, name, size);
  if (twin < imageCount) {
    problemBegin(lineNumber, 0);
    textLiteral("duplicate section [image ");
    textBytes(name, size);
    textLiteral("]: expected it once, got it first in line ");
    textNumber(imageLine(twin));
    return problemEnd();
  }
  if (imageCount == MAXIMUM_IMAGES) {
    problemBegin(lineNumber, 0);
    textLiteral("expected at most 16 images, got one more");
    problemAdvice();
    textLiteral("put the images from this line on into a second config and run that after the first");
    return problemEndAdvised();
  }
  image = imageCount;
  imageAdd(lineNumber);
  setImageName(image, name, size);
  return Status.Ok;
}

/** Takes the pair that `iniNext` found. `directory` is the config file's. */
export function imageKey(directory: usize, directorySize: u32): Status {
  if (is("file")) return readFile(directory, directorySize);
  if (is("component")) return readComponent();
  if (is("version")) return readVersion();
  if (is("sha256")) return readDigest();
  if (is("allow")) return readAllow();
  if (is("signature")) return readSignature(directory, directorySize);
  if (is("patch")) return readPatch(directory, directorySize);
  keyUnknownBegin();
  nearestOffer("file");
  nearestOffer("component");
  nearestOffer("version");
  nearestOffer("sha256");
  nearestOffer("allow");
  nearestOffer("signature");
  nearestOffer("patch");
  return keyUnknown("file, component, version, sha256, allow, signature or patch in [image NAME]");
}

/** The section ends: has it all that it needs? */
export function imageSectionEnd(): Status {
  if ((keysGiven & 1) == 0) return missing("file = PATH");
  if ((keysGiven & 2) == 0) return missing("component = NAME");
  if ((keysGiven & 4) == 0) return missing("version = VERSION");
  if ((keysGiven & 32) == 0) setImageSignatureBeside(image);
  return Status.Ok;
}

function missing(expected: string): Status {
  problemBegin(imageLine(image), 0);
  textLiteral("[image ");
  textBytes(imageName(image), imageNameSize(image));
  textLiteral("]: expected ");
  textLiteral(expected);
  textLiteral(" in this section, got none");
  problemAdvice();
  textLiteral("add the key to the section");
  return problemEndAdvised();
}

function is(key: string): bool {
  return equals(iniKey, iniKeySize, key);
}

function isName(at: usize, size: u32): bool {
  if (size == 0 || size > NAME_LIMIT) return false;
  for (let i: u32 = 0; i < size; i++) {
    const byte: u32 = load<u8>(at + <usize>i);
    const letter: u32 = byte | 0x20;
    const plain: bool = (letter >= 0x61 && letter <= 0x7a) || (byte >= 0x30 && byte <= 0x39);
    if (!plain && byte != 0x2d && byte != 0x2e && byte != 0x5f) return false;
  }
  return true;
}

function isComponent(at: usize, size: u32): bool {
  if (size == 0 || size > COMPONENT_LIMIT) return false;
  for (let i: u32 = 0; i < size; i++) {
    const byte: u32 = load<u8>(at + <usize>i);
    if (!((byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte == 0x2d)) return false;
  }
  return true;
}

function isVersion(at: usize, size: u32): bool {
  if (size == 0 || size > VERSION_LIMIT) return false;
  for (let i: u32 = 0; i < size; i++) {
    const byte: u32 = load<u8>(at + <usize>i);
    if (byte <= 0x20 || byte >= 0x7f) return false;
  }
  return true;
}

function readFile(directory: usize, directorySize: u32): Status {
  const status: Status = keyGiven(0);
  if (status != Status.Ok) return status;
  if (pathResolve(directory, directorySize, iniValue, iniValueSize, imageFile(image), PATH_CAPACITY) != Status.Ok) {
    return problemValue(pathExpected);
  }
  setImageFileSize(image, pathSize);
  return Status.Ok;
}

function readComponent(): Status {
  const status: Status = keyGiven(1);
  if (status != Status.Ok) return status;
  if (!isComponent(iniValue, iniValueSize)) {
    return problemValue("a component of 1 to 15 lower-case letters, digits and hyphens, such as bmc");
  }
  const twin: u32 = imageForComponent(image, iniValue, iniValueSize);
  if (twin < image) {
    problemBegin(lineNumber, 0);
    problemOfKey();
    textLiteral("component: expected one image for ");
    textBytes(iniValue, iniValueSize);
    textLiteral(", got a second one after that of line ");
    textNumber(imageLine(twin));
    problemAdvice();
    textLiteral("keep one of the two sections");
    return problemEndAdvised();
  }
  setImageComponent(image, iniValue, iniValueSize);
  return Status.Ok;
}

function readVersion(): Status {
  const status: Status = keyGiven(2);
  if (status != Status.Ok) return status;
  if (!isVersion(iniValue, iniValueSize)) {
    return problemValue("a version of 1 to 31 printable ASCII characters without spaces, such as 2.4.1");
  }
  setImageVersion(image, iniValue, iniValueSize);
  return Status.Ok;
}

function readDigest(): Status {
  const status: Status = keyGiven(3);
  if (status != Status.Ok) return status;
  return valueDigest(imageDigestPlace(image));
}

function readAllow(): Status {
  let status: Status = keyGiven(4);
  if (status != Status.Ok) return status;
  status = valueChoice("upgrade", "reinstall", "downgrade", "upgrade, reinstall or downgrade");
  if (status != Status.Ok) return status;
  setImageAllow(image, choice);
  return Status.Ok;
}

function readSignature(directory: usize, directorySize: u32): Status {
  const status: Status = keyGiven(5);
  if (status != Status.Ok) return status;
  if (pathResolve(directory, directorySize, iniValue, iniValueSize, imageSignature(image), PATH_CAPACITY) != Status.Ok) {
    return problemValue(pathExpected);
  }
  setImageSignatureSize(image, pathSize);
  return Status.Ok;
}

function readPatch(directory: usize, directorySize: u32): Status {
  const status: Status = keyGiven(6);
  if (status != Status.Ok) return status;
  if (pathResolve(directory, directorySize, iniValue, iniValueSize, imagePatch(image), PATH_CAPACITY) != Status.Ok) {
    return problemValue(pathExpected);
  }
  setImagePatchSize(image, pathSize);
  return Status.Ok;
}
