/** What is wrong with an image file, told in three parts, and the exit code that goes with it. */
import { imageExpectedDigest, imageFile, imageFileSize, imageLine, imageName, imageNameSize } from "../config/image-table";
import { Status } from "../status";
import { CONFIG_PATH, configPathSize } from "./arguments";
import { textErrno } from "./errno";
import { ExitCode } from "./exit-code";
import { failAdvice, failBegin, failEnd, failNumber, failState, failText } from "./failure";
import { fileErrno, fileSize } from "./file";
import { IMAGE_DIGEST, imageFailedAt, imageSize } from "./image";
import { textBytes, textCharacter, textHex, textLiteral, textNumber } from "./text";

/**
 * Tells what `imageOpen` or `imageReadBlock` answered for the image with this index in the config. `state` is what is
 * true now: NOTHING_SENT before the first message to the device.
 */
export function failImage(index: u32, status: Status, state: string): void {
  failBegin();
  textBytes(CONFIG_PATH, configPathSize);
  textCharacter(0x3a);
  textNumber(imageLine(index));
  textLiteral(": image ");
  textBytes(imageName(index), imageNameSize(index));
  textLiteral(", file ");
  textBytes(imageFile(index), imageFileSize(index));
  textLiteral(": ");
  tell(index, status);
  failState();
  textLiteral(state);
  failAdvice();
  textLiteral(advice(status));
  failText("file", imageFile(index), imageFileSize(index));
  failText("image", imageName(index), imageNameSize(index));
  failNumber("line", imageLine(index));
  failEnd();
}

function tell(index: u32, status: Status): void {
  switch (status) {
    case Status.NotFound:
      textLiteral("expected a file, got none: ");
      return textErrno(fileErrno);
    case Status.PathEscapes:
      textLiteral("expected a file on this volume, got a link that leaves it: ");
      return textErrno(fileErrno);
    case Status.FileEmpty:
      return textLiteral("expected an image, got an empty file");
    case Status.FileTooLarge:
      textLiteral("expected an image of at most 67,108,864 bytes (64 MiB), got ");
      textNumber(fileSize);
      return textLiteral(" bytes");
    case Status.FileChanged:
      textLiteral("expected ");
      textNumber(imageSize);
      textLiteral(" bytes that stay as they are, got other bytes or another size at byte ");
      return textNumber(imageFailedAt);
    case Status.DigestMismatch:
      textLiteral("expected SHA-256 ");
      textHex(imageExpectedDigest(index), 32);
      textLiteral(", got ");
      return textHex(IMAGE_DIGEST, 32);
    default:
      textLiteral("reading failed at byte ");
      textNumber(imageFailedAt);
      textLiteral(" with ");
      return textErrno(fileErrno);
  }
}

function advice(status: Status): string {
  switch (status) {
    case Status.NotFound:
    case Status.PathEscapes:
      return "copy the image to the volume or correct the key file; a path is relative to the config, or to the root with a slash in front";
    case Status.FileEmpty:
    case Status.FileTooLarge:
      return "copy the image again or correct the key file";
    case Status.FileChanged:
      return "let whatever writes the file finish, then run again";
    case Status.DigestMismatch:
      return "copy the image again, or correct the key sha256 if this image is the right one";
    default:
      return "check the volume that the file lies on and run again";
  }
}

/** The exit code of a run that ended before the first message to the device because of an image file. */
export function imageExitCode(status: Status): ExitCode {
  switch (status) {
    case Status.NotFound:
    case Status.PathEscapes:
    case Status.FileEmpty:
    case Status.FileTooLarge:
    case Status.DigestMismatch:
      return ExitCode.Usage;
    default:
      return ExitCode.Failed;
  }
}
