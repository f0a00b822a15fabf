/** Shows what a config asks for as a whole. */
import { imageCount } from "../config/image-table";
import { Activate, OnError, REPORT_PATH, activate, onError, reportPathSize, timeLimitMs } from "../config/upgrade-section";
import { CONFIG_PATH, configPathSize } from "./arguments";
import { eventBegin, eventEnd, eventLiteral, eventNumber, eventText } from "./event";
import { textDuration } from "./quantity";
import { sayBegin, sayEnd } from "./say";
import { textBytes, textLiteral, textNumber } from "./text";

function activateWord(): string {
  return activate == Activate.Now ? "now" : activate == Activate.NextReset ? "next-reset" : "no";
}

function onErrorWord(): string {
  return onError == OnError.Stop ? "stop" : "continue";
}

/** One line on the settings, for people; the event "config", for scripts. */
export function sayUpgrade(): void {
  sayBegin();
  textBytes(CONFIG_PATH, configPathSize);
  textLiteral(": ");
  textNumber(imageCount);
  textLiteral(imageCount == 1 ? " image" : " images");
  textLiteral(", bus mailbox, on-error ");
  textLiteral(onErrorWord());
  textLiteral(", activate ");
  textLiteral(activateWord());
  textLiteral(", time-limit ");
  if (timeLimitMs == 0) textLiteral("none");
  else textDuration(timeLimitMs);
  if (reportPathSize > 0) {
    textLiteral(", report ");
    textBytes(REPORT_PATH, reportPathSize);
  }
  sayEnd();
  eventConfig();
}

function eventConfig(): void {
  eventBegin("config");
  eventText("file", CONFIG_PATH, configPathSize);
  eventNumber("images", imageCount);
  eventLiteral("bus", "mailbox");
  eventLiteral("onError", onErrorWord());
  eventLiteral("activate", activateWord());
  eventNumber("timeLimitMs", timeLimitMs);
  if (reportPathSize > 0) eventText("report", REPORT_PATH, reportPathSize);
  eventEnd();
}
