/** Why an image of the plan can't be sent, told in three parts. Nothing has been sent to the device. */
import {
  imageComponent, imageComponentSize, imageFile, imageFileSize, imageLine, imageName, imageNameSize, imageSignature, imageSignatureSize,
  imageVersion, imageVersionSize,
} from "../config/image-table";
import { inventoryFloor, inventoryName } from "../wire/inventory";
import { NAME_SIZE } from "../wire/message-type";
import { paddedLength } from "../wire/text";
import { CONFIG_PATH, configPathSize } from "./arguments";
import { deviceCount, deviceSelect } from "./device-table";
import { ExitCode } from "./exit-code";
import { failAdvice, failBegin, failEnd, failLiteral, failNumber, failState, failText, NOTHING_SENT } from "./failure";
import { failImage, imageExitCode } from "./image-failure";
import { signatureIsGiven, signatureSecurity } from "./image-signature";
import { planSignature, planSize, planSlotSize, planStatus, planVerdict } from "./plan";
import { textSize } from "./quantity";
import { SESSION_PLATFORM } from "./session";
import { failSignature, signatureExitCode } from "./signature-failure";
import { textBytes, textCharacter, textLiteral, textNumber } from "./text";
import { Field, fieldText, fieldTextSize } from "./trusted-comment";
import { Verdict, verdictName } from "./verdict";

/**
 * The exit code for an image that fails: wrong files are the config's fault; what does not fit this device leaves it on
 * its old image.
 */
export function plannedExitCode(verdict: Verdict): ExitCode {
  if (verdict == Verdict.BadImage) return imageExitCode(planStatus);
  return verdict == Verdict.BadSignature ? signatureExitCode(planSignature) : ExitCode.Failed;
}

/** Tells why the image that was planned last can't be sent. */
export function failPlanned(index: u32): void {
  const verdict: Verdict = planVerdict(index);
  if (verdict == Verdict.BadImage) return failImage(index, planStatus, NOTHING_SENT);
  if (verdict == Verdict.BadSignature) return failSignature(index, planSignature);
  failBegin();
  textBytes(CONFIG_PATH, configPathSize);
  textCharacter(0x3a);
  textNumber(imageLine(index));
  textLiteral(": image ");
  textBytes(imageName(index), imageNameSize(index));
  textLiteral(": ");
  tell(index, verdict);
  failState();
  textLiteral(NOTHING_SENT);
  failAdvice();
  advise(index, verdict);
  failText("image", imageName(index), imageNameSize(index));
  failNumber("line", imageLine(index));
  failLiteral("verdict", verdictName(verdict));
  failEnd();
}

function tell(index: u32, verdict: Verdict): void {
  switch (verdict) {
    case Verdict.NoComponent:
      textLiteral("the device has no component ");
      textBytes(imageComponent(index), imageComponentSize(index));
      textLiteral(": expected one of ");
      return tellNames();
    case Verdict.TooLarge:
      textLiteral("expected at most ");
      textSize(planSlotSize(index));
      textLiteral(", the size of the slot, got ");
      return textSize(planSize(index));
    case Verdict.WrongPlatform:
      textLiteral("expected an image for the platform ");
      textPlatform();
      textLiteral(", which the device is, got one that was signed for ");
      return textBytes(fieldText(Field.Platform), fieldTextSize(Field.Platform));
    case Verdict.SignatureMissing:
      textLiteral("expected its signature, ");
      textBytes(imageSignature(index), imageSignatureSize(index));
      return textLiteral(", because the device takes signed images only, got none");
    case Verdict.SecurityTooLow: return tellSecurity(index);
    default:
      textLiteral("expected an image that this device has not rejected, got ");
      textBytes(imageComponent(index), imageComponentSize(index));
      textCharacter(0x20);
      textBytes(imageVersion(index), imageVersionSize(index));
      textLiteral(", which was on trial there and did not hold");
  }
}

function tellNames(): void {
  for (let i: u32 = 0; i < deviceCount; i++) {
    deviceSelect(i);
    if (i > 0) textLiteral(", ");
    textBytes(inventoryName, paddedLength(inventoryName, NAME_SIZE));
  }
}

function textPlatform(): void {
  textBytes(SESSION_PLATFORM, paddedLength(SESSION_PLATFORM, NAME_SIZE));
}

function tellSecurity(index: u32): void {
  textLiteral("expected a security number of at least ");
  textNumber(inventoryFloor);
  textLiteral(", which the component has reached, got ");
  if (!signatureIsGiven(index)) return textLiteral("an image without a signature, which counts as 0");
  textNumber(signatureSecurity(index));
  textLiteral(", which was signed");
}

function advise(index: u32, verdict: Verdict): void {
  switch (verdict) {
    case Verdict.NoComponent: return textLiteral("correct the key component, or use the config of this platform");
    case Verdict.TooLarge: return textLiteral("use the image for this platform");
    case Verdict.WrongPlatform: return textLiteral("use the image that was signed for this platform");
    case Verdict.SignatureMissing: return adviseSigning(index);
    case Verdict.SecurityTooLow:
      return textLiteral("use an image with a higher security number; a component never goes back below what it has committed");
    default: textLiteral("use another version, or set allow = reinstall to try this one again");
  }
}

/** The command line that signs this image, but for what only its owner knows. */
function adviseSigning(index: u32): void {
  textLiteral("get the signature from who has made the image; or sign it: ferry sign --key KEY --component ");
  textBytes(imageComponent(index), imageComponentSize(index));
  textLiteral(" --platform ");
  textPlatform();
  textLiteral(" --version ");
  textBytes(imageVersion(index), imageVersionSize(index));
  textLiteral(" --security NUMBER ");
  textBytes(imageFile(index), imageFileSize(index));
}
