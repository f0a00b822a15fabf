/** What is wrong with an image's signature file, told in three parts, and the exit code that goes with it. */
import {
  imageComponent, imageComponentSize, imageFile, imageFileSize, imageLine, imageName, imageNameSize, imageSignature, imageSignatureSize,
  imageVersion, imageVersionSize,
} from "../config/image-table";
import { Status } from "../status";
import { CONFIG_PATH, configPathSize } from "./arguments";
import { base64Length } from "./base64";
import { textErrno } from "./errno";
import { ExitCode } from "./exit-code";
import { failAdvice, failBegin, failEnd, failLiteral, failNumber, failState, failText, NOTHING_SENT } from "./failure";
import { fileErrno } from "./file";
import { IMAGE_DIGEST, imageSize } from "./image";
import { signatureDiffers, SignatureState, signatureStatus } from "./image-signature";
import { textQuoted } from "./quoted";
import {
  FileFault, signatureBase64Size, signatureFault, signatureFaultCount, signatureFaultLine, TRUSTED_COMMENT, UNTRUSTED_COMMENT, UNTRUSTED_LIMIT,
} from "./signature-file";
import { textBytes, textCharacter, textHex, textLiteral, textNumber } from "./text";
import {
  CommentFault, commentFault, commentField, commentFoundAt, commentFoundSize, Field, FIELD_COUNT, fieldName, fieldRule, fieldText, fieldTextSize,
} from "./trusted-comment";

/** The trusted comment's line. */
const COMMENT_LINE: u32 = 3;

/** Tells what `signatureRead` has found, as the last thing that it read; nothing has been sent. */
export function failSignature(index: u32, state: SignatureState): void {
  const line: u32 = state == SignatureState.Differs ? COMMENT_LINE : state == SignatureState.Wrong ? signatureFaultLine : 0;
  failBegin();
  textBytes(imageSignature(index), imageSignatureSize(index));
  textCharacter(0x3a);
  if (line > 0) {
    textNumber(line);
    textCharacter(0x3a);
  }
  textCharacter(0x20);
  if (state == SignatureState.Unreadable) tellUnreadable();
  else if (state == SignatureState.Wrong) tellFault();
  else tellDiffers(index);
  failState();
  textLiteral(NOTHING_SENT);
  failAdvice();
  textLiteral(advice(state));
  failText("file", imageSignature(index), imageSignatureSize(index));
  failText("image", imageName(index), imageNameSize(index));
  if (line > 0) failNumber("line", line);
  if (state == SignatureState.Differs) failLiteral("field", fieldName(signatureDiffers));
  failEnd();
}

/** The exit code of a run that ended before the first message because of a signature file. */
export function signatureExitCode(state: SignatureState): ExitCode {
  return state == SignatureState.Unreadable && signatureStatus == Status.FileError ? ExitCode.Failed : ExitCode.Usage;
}

function advice(state: SignatureState): string {
  if (state == SignatureState.Differs) {
    return "put the signature that was made for this image beside it, correct the config, or sign the image with ferry sign";
  }
  if (state == SignatureState.Wrong) return "get the signature file again, or sign the image with ferry sign";
  if (signatureStatus == Status.FileError) return "check the volume that the file lies on and run again";
  return "copy the signature to the volume or correct the key signature; a path is relative to the config";
}

function tellUnreadable(): void {
  switch (signatureStatus) {
    case Status.NotFound:
      textLiteral("expected a signature file, got none: ");
      return textErrno(fileErrno);
    case Status.PathEscapes:
      textLiteral("expected a signature file on this volume, got a link that leaves it: ");
      return textErrno(fileErrno);
    case Status.FileTooLarge: return textLiteral("expected a signature file of at most 2,048 bytes, got a longer one");
    default:
      textLiteral("reading the signature failed with ");
      return textErrno(fileErrno);
  }
}

function tellFault(): void {
  switch (signatureFault) {
    case FileFault.Return: return textLiteral("expected lines that end with LF, got a CR");
    case FileFault.NotUtf8: return textLiteral("expected text in UTF-8, got other bytes");
    case FileFault.Lines:
      textLiteral("expected the 4 lines of a signature file, got ");
      return textNumber(signatureFaultCount);
    case FileFault.Start:
      textLiteral("expected a line that starts with \"");
      textLiteral(signatureFaultLine == 1 ? UNTRUSTED_COMMENT : TRUSTED_COMMENT);
      return textLiteral("\", got another one");
    case FileFault.Long:
      textLiteral("expected a comment of at most ");
      textNumber(UNTRUSTED_LIMIT);
      textLiteral(" bytes, got ");
      return textNumber(signatureFaultCount);
    case FileFault.Control: return textLiteral("expected printable text, got a control character");
    case FileFault.Base64Size:
    case FileFault.Base64: return tellBase64();
    case FileFault.Legacy:
      return textLiteral("expected a prehashed signature (\"ED\"), got a legacy one (\"Ed\", of minisign before 0.10 or -l)");
    case FileFault.Algorithm: return textLiteral("expected the algorithm \"ED\", got another one");
    default: tellComment();
  }
}

function tellBase64(): void {
  const size: u32 = signatureBase64Size(signatureFaultLine);
  textLiteral("expected ");
  if (signatureFault == FileFault.Base64) textLiteral("canonical base64 of ");
  textNumber(signatureFault == FileFault.Base64 ? size : base64Length(size));
  if (signatureFault == FileFault.Base64) return textLiteral(" bytes, got other text");
  textLiteral(" characters of base64, got ");
  textNumber(signatureFaultCount);
}

function tellComment(): void {
  textLiteral("trusted comment: ");
  if (commentFault == CommentFault.Missing) {
    textLiteral("expected \"");
    textLiteral(fieldName(commentField));
    textLiteral("=\" in place ");
    textNumber(<u32>commentField + 1);
    textLiteral(" of ");
    textNumber(FIELD_COUNT);
  } else if (commentFault == CommentFault.Value) {
    textLiteral(fieldName(commentField));
    textLiteral(": expected ");
    textLiteral(fieldRule(commentField));
  } else {
    textLiteral("expected nothing after sha256");
  }
  textLiteral(", got ");
  if (commentFoundAt == 0) textLiteral("nothing");
  else textQuoted(commentFoundAt, commentFoundSize);
}

/** Where the config says it; the image's own facts are its file's. */
function tellSource(index: u32): void {
  if (signatureDiffers == Field.Component || signatureDiffers == Field.Version) {
    textLiteral(" as ");
    textBytes(CONFIG_PATH, configPathSize);
    textCharacter(0x3a);
    textNumber(imageLine(index));
    textLiteral(" says");
  } else {
    textLiteral(" of ");
    textBytes(imageFile(index), imageFileSize(index));
  }
}

function tellDiffers(index: u32): void {
  textLiteral(fieldName(signatureDiffers));
  textLiteral(": expected ");
  switch (signatureDiffers) {
    case Field.Component: textBytes(imageComponent(index), imageComponentSize(index)); break;
    case Field.Version: textBytes(imageVersion(index), imageVersionSize(index)); break;
    case Field.Size: textNumber(imageSize); break;
    default: textHex(IMAGE_DIGEST, 32);
  }
  tellSource(index);
  textLiteral(", got ");
  textBytes(fieldText(signatureDiffers), fieldTextSize(signatureDiffers));
  textLiteral(", which was signed");
}
