/** `ferry plan -c FILE`: what run would send, and why. Only hello and inventory go to the device. */
import { imageCount } from "../config/image-table";
import { eventBegin, eventEnd, eventNumber } from "./event";
import { ExitCode } from "./exit-code";
import { planSendBytes, planSendCount } from "./plan";
import { prepare, prepareErrors, prepareExit } from "./prepare";
import { textSize } from "./quantity";
import { sayBegin, sayEnd } from "./say";
import { textLiteral, textNumber } from "./text";

function tellSum(): void {
  sayBegin();
  textNumber(planSendCount);
  textLiteral(" of ");
  textNumber(imageCount);
  textLiteral(imageCount == 1 ? " image" : " images");
  textLiteral(" would be sent, ");
  textSize(planSendBytes);
  textLiteral("; nothing was changed");
  sayEnd();
  eventBegin("planned");
  eventNumber("images", imageCount);
  eventNumber("send", planSendCount);
  eventNumber("bytes", planSendBytes);
  eventNumber("errors", prepareErrors);
  eventEnd();
}

/** Answers the exit code: 0 when something would be sent, 2 when nothing would. */
export function planCommand(): u32 {
  if (!prepare()) return prepareExit;
  tellSum();
  if (prepareErrors > 0) return prepareExit;
  return planSendCount > 0 ? ExitCode.Done : ExitCode.NothingToDo;
}
