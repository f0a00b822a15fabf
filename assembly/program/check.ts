/** `ferry check -c FILE`: is the config right, and are its images there and whole? The bus is not touched. */
import {
  imageComponent, imageComponentSize, imageCount, imageExpectedDigest, imageFile, imageFileSize, imageName, imageNameSize,
  imageVersion, imageVersionSize,
} from "../config/image-table";
import { readConfig } from "../config/upgrade-config";
import { Status } from "../status";
import { CONFIG_PATH, configPathSize } from "./arguments";
import { eventBegin, eventBool, eventDigest, eventEnd, eventLiteral, eventNumber, eventText } from "./event";
import { ExitCode } from "./exit-code";
import { NOTHING_SENT } from "./failure";
import { IMAGE_DIGEST, imageClose, imageOpen, imageSize } from "./image";
import { failImage, imageExitCode } from "./image-failure";
import { signatureRead, SignatureState } from "./image-signature";
import { textSize } from "./quantity";
import { sayBegin, sayEnd } from "./say";
import { sayUpgrade } from "./settings";
import { failSignature, signatureExitCode } from "./signature-failure";
import { eventSignature, textSignature } from "./signature-view";
import { textBytes, textColumn, textHex, textLiteral, textNumber } from "./text";

/** Answers the exit code. All images are checked, also after one that is wrong. */
export function checkCommand(): u32 {
  const status: Status = readConfig(CONFIG_PATH, configPathSize);
  if (status == Status.ConfigInvalid) return ExitCode.Usage;
  if (status != Status.Ok) return ExitCode.Failed;
  sayUpgrade();
  sayHead();
  let code: ExitCode = ExitCode.Done;
  let whole: u32 = 0;
  for (let i: u32 = 0; i < imageCount; i++) {
    const answer: ExitCode = checkImage(i);
    if (answer == ExitCode.Done) whole++;
    else if (code != ExitCode.Usage) code = answer;
  }
  tellEnd(whole);
  return code;
}

function checkImage(index: u32): ExitCode {
  const status: Status = imageOpen(index, imageFile(index), imageFileSize(index), imageExpectedDigest(index));
  imageClose();
  if (status != Status.Ok) {
    failImage(index, status, NOTHING_SENT);
    return imageExitCode(status);
  }
  const state: SignatureState = signatureRead(index);
  if (state != SignatureState.None && state != SignatureState.Given) {
    failSignature(index, state);
    return signatureExitCode(state);
  }
  sayImage(index);
  eventImage(index);
  return ExitCode.Done;
}

function sayHead(): void {
  sayBegin();
  textLiteral("  image");
  textColumn(14);
  textLiteral("component");
  textColumn(26);
  textLiteral("version");
  textColumn(38);
  textLiteral("size");
  textColumn(50);
  textLiteral("sha256");
  textColumn(71);
  textLiteral("digest");
  textColumn(84);
  textLiteral("signature");
  sayEnd();
}

function sayImage(index: u32): void {
  sayBegin();
  textLiteral("  ");
  textBytes(imageName(index), imageNameSize(index));
  textColumn(14);
  textBytes(imageComponent(index), imageComponentSize(index));
  textColumn(26);
  textBytes(imageVersion(index), imageVersionSize(index));
  textColumn(38);
  textSize(imageSize);
  textColumn(50);
  textHex(IMAGE_DIGEST, 8);
  textLiteral("...");
  textColumn(71);
  textLiteral(imageExpectedDigest(index) != 0 ? "as expected" : "not given");
  textColumn(84);
  textSignature(index);
  sayEnd();
}

function eventImage(index: u32): void {
  eventBegin("image");
  eventText("image", imageName(index), imageNameSize(index));
  eventText("component", imageComponent(index), imageComponentSize(index));
  eventText("version", imageVersion(index), imageVersionSize(index));
  eventText("file", imageFile(index), imageFileSize(index));
  eventNumber("size", imageSize);
  eventDigest("sha256", IMAGE_DIGEST);
  eventBool("digestGiven", imageExpectedDigest(index) != 0);
  eventSignature(index);
  eventEnd();
}

function tellEnd(whole: u32): void {
  sayBegin();
  textNumber(whole);
  textLiteral(" of ");
  textNumber(imageCount);
  textLiteral(imageCount == 1 ? " image is right; " : " images are right; ");
  textLiteral(NOTHING_SENT);
  sayEnd();
  eventBegin("checked");
  eventNumber("images", imageCount);
  eventNumber("right", whole);
  eventLiteral("state", NOTHING_SENT);
  eventEnd();
}
