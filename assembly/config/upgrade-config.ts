/**
 * Reads a config file into the tables of upgrade-section.ts and image-table.ts, once, from top to bottom. The first
 * error ends it; its message names file, line and key.
 */
import { Status } from "../status";
import { textErrno } from "../program/errno";
import { NOTHING_SENT, failBegin, failClose } from "../program/failure";
import { fileClose, fileErrno, fileOpen, fileOpened } from "../program/file";
import { equals, sameName, startsWith } from "../program/literal";
import { pathDirectorySize } from "../program/path";
import { textQuoted } from "../program/quoted";
import { textBytes, textLiteral } from "../program/text";
import { imageKey, imageSectionBegin, imageSectionEnd } from "./image-section";
import { imageCount, imageFile, imageFileSize, imageSignature, imageSignatureSize, imageTableBegin } from "./image-table";
import {
  IniItem, iniBegin, iniColumn, iniExpected, iniFound, iniFoundAt, iniFoundSize, iniItem, iniKey, iniKeySize, iniNext,
  iniValue, iniValueSize,
} from "./ini";
import { keysBegin } from "./key";
import { lineNumber } from "./line-reader";
import { problemAdvice, problemBegin, problemEnd, problemEndAdvised, problemFile, problemOfKey } from "./problem";
import { REPORT_PATH, reportLine, reportPathSize, upgradeKey, upgradeSectionBegin } from "./upgrade-section";

/** The section that the line at hand belongs to. */
enum Section {
  None,
  Upgrade,
  Image,
}

let section: Section = Section.None;
let upgradeGiven: bool = false;
let config: usize = 0;
let configSize: u32 = 0;

/**
 * Reads the config at this path of the volume; the path's bytes stay the caller's and must not change. ConfigInvalid
 * when it is wrong or missing, FileError when reading it failed; the message has been made either way.
 */
export function readConfig(path: usize, size: u32): Status {
  config = path;
  configSize = size;
  section = Section.None;
  upgradeGiven = false;
  problemFile(path, size);
  upgradeSectionBegin();
  imageTableBegin();
  let status: Status = fileOpen(path, size);
  if (status != Status.Ok) return refuseFile(status);
  const file: u32 = fileOpened;
  iniBegin(file);
  status = readItems();
  fileClose(file);
  return status;
}

function readItems(): Status {
  while (true) {
    let status: Status = iniNext();
    if (status == Status.Empty) break;
    if (status == Status.ConfigInvalid) return refuseLine();
    if (status != Status.Ok) return refuseFile(status);
    status = iniItem == IniItem.Section ? beginSection() : readPair();
    if (status != Status.Ok) return status;
  }
  const status: Status = endSection();
  return status == Status.Ok ? expectWhole() : status;
}

function endSection(): Status {
  return section == Section.Image ? imageSectionEnd() : Status.Ok;
}

function beginSection(): Status {
  const status: Status = endSection();
  if (status != Status.Ok) return status;
  keysBegin();
  if (equals(iniValue, iniValueSize, "upgrade")) return beginUpgrade();
  if (startsWith(iniValue, iniValueSize, "image ") || startsWith(iniValue, iniValueSize, "image\t")) {
    section = Section.Image;
    let at: usize = iniValue + 6;
    const end: usize = iniValue + <usize>iniValueSize;
    while (at < end && (load<u8>(at) == 0x20 || load<u8>(at) == 0x09)) at++;
    return imageSectionBegin(at, <u32>(end - at));
  }
  problemBegin(lineNumber, 0);
  textLiteral("unknown section ");
  textQuoted(iniValue, iniValueSize);
  textLiteral(": expected [upgrade] or [image NAME]");
  return problemEnd();
}

function beginUpgrade(): Status {
  if (upgradeGiven) {
    problemBegin(lineNumber, 0);
    textLiteral("duplicate section [upgrade]: expected it once");
    return problemEnd();
  }
  upgradeGiven = true;
  section = Section.Upgrade;
  return Status.Ok;
}

function readPair(): Status {
  const directorySize: u32 = pathDirectorySize(config, configSize);
  if (section == Section.Upgrade) return upgradeKey(config, directorySize);
  if (section == Section.Image) return imageKey(config, directorySize);
  problemBegin(lineNumber, 0);
  problemOfKey();
  textLiteral("expected [upgrade] or [image NAME] before the first key, got key ");
  textQuoted(iniKey, iniKeySize);
  return problemEnd();
}

/** What no single line can show. */
function expectWhole(): Status {
  if (imageCount == 0) {
    problemBegin(0, 0);
    textLiteral("expected at least one section [image NAME], got none");
    problemAdvice();
    textLiteral("add a section with file, component and version for each image");
    return problemEndAdvised();
  }
  return reportPathSize == 0 ? Status.Ok : expectReportApart();
}

/** A report over the config, an image or a signature would destroy it. */
function expectReportApart(): Status {
  let taken: bool = sameName(REPORT_PATH, reportPathSize, config, configSize);
  for (let i: u32 = 0; i < imageCount; i++) {
    if (sameName(REPORT_PATH, reportPathSize, imageFile(i), imageFileSize(i))) taken = true;
    if (sameName(REPORT_PATH, reportPathSize, imageSignature(i), imageSignatureSize(i))) taken = true;
  }
  if (!taken) return Status.Ok;
  problemBegin(reportLine, 0);
  textLiteral("report: expected a file of its own, got the config, an image or its signature: ");
  textQuoted(REPORT_PATH, reportPathSize);
  return problemEnd();
}

/** A line that is no INI. */
function refuseLine(): Status {
  problemBegin(lineNumber, iniColumn);
  textLiteral("expected ");
  textLiteral(iniExpected);
  textLiteral(", got ");
  if (iniFound.length > 0) textLiteral(iniFound);
  else textQuoted(iniFoundAt, iniFoundSize);
  return problemEnd();
}

/** A file that can't be read: none of this name is the command line's fault, the rest is the volume's. */
function refuseFile(status: Status): Status {
  if (status == Status.NotFound || status == Status.PathEscapes) {
    problemBegin(0, 0);
    textLiteral("expected a config file, got none: ");
    textErrno(fileErrno);
    problemAdvice();
    textLiteral("give the path of a config on this volume: ferry -c FILE");
    return problemEndAdvised();
  }
  failBegin();
  textBytes(config, configSize);
  textLiteral(": reading the config failed with ");
  textErrno(fileErrno);
  failClose(NOTHING_SENT, "check the volume that the file lies on and run again");
  return status;
}
