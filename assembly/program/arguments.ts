/** Reads the command line: which command, which config file, which voice. Knows nothing of what the commands do. */
import { Status } from "../status";
import { args_get, args_sizes_get } from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";
import { setOutputJson } from "./event";
import { failAdvice, failBegin, failEnd, failState } from "./failure";
import { equals, startsWith } from "./literal";
import { hexadecimalValue } from "./json-reader";
import { nearest, nearestBegin, nearestOffer } from "./nearest";
import { PATH_CAPACITY, pathExpected, pathResolve, pathSize, pathVolumeSize } from "./path";
import { textQuoted } from "./quoted";
import { textLiteral } from "./text";

/** What the program is asked to do. `Run` when no command is given. */
export enum Command {
  Run,
  Plan,
  Check,
  Inventory,
  Status,
  Serve,
  Help,
  Version,
}

const MAXIMUM_COUNT: u32 = 64;
const MAXIMUM_BYTES: u32 = 8192;
const pointers: usize = memory.data(256, 16);
const bytes: usize = memory.data(8192, 16);
const sizes: usize = memory.data(8, 16);

/** Set by `argumentsRead`. */
export let command: Command = Command.Run;
/** The config file's path on the volume, resolved. Set by `argumentsRead`; `configPathSize` is 0 without `-c`. */
export const CONFIG_PATH: usize = memory.data(1024, 16);
/** Set by `argumentsRead`: bytes of the path in CONFIG_PATH. */
export let configPathSize: u32 = 0;

/** Set by `argumentsRead`: the program runs after the operating system has started; the device is told so. */
export let afterOs: bool = false;
/** Set by `argumentsRead`: the firmware kept a status of the run before the operating system, and which. */
export let firmwareKept: bool = false;
export let firmwareStatus: u64 = 0;

let count: u32 = 0;
let commandGiven: bool = false;
let helpAsked: bool = false;
let versionAsked: bool = false;

function argument(index: u32): usize {
  return <usize>load<u32>(pointers + (<usize>index << 2));
}

function sizeOf(at: usize): u32 {
  let end: usize = at;
  while (load<u8>(end) != 0) end++;
  return <u32>(end - at);
}

/** Reads the command line. BadArgument when it is wrong: the message has been made. */
export function argumentsRead(): Status {
  count = 0;
  command = Command.Run;
  configPathSize = 0;
  commandGiven = false;
  helpAsked = false;
  versionAsked = false;
  afterOs = false;
  firmwareKept = false;
  if (args_sizes_get(sizes, sizes + 4) != 0) return refuseAll("the command line could not be read");
  if (load<u32>(sizes) > MAXIMUM_COUNT || load<u32>(sizes, 4) > MAXIMUM_BYTES) {
    return refuseAll("the command line is too long: expected at most 64 arguments and 8,192 bytes");
  }
  count = load<u32>(sizes);
  if (args_get(pointers, bytes) != 0) return refuseAll("the command line could not be read");
  chooseVoice();
  const status: Status = readEach();
  if (status != Status.Ok) return status;
  if (helpAsked) command = Command.Help;
  else if (versionAsked) command = Command.Version;
  return expectConfig();
}

/** First of all, so that a wrong command line is reported in the right voice. */
function chooseVoice(): void {
  for (let i: u32 = 1; i < count; i++) {
    if (equals(argument(i), sizeOf(argument(i)), "--json")) setOutputJson(true);
  }
}

function readEach(): Status {
  for (let i: u32 = 1; i < count; i++) {
    const at: usize = argument(i);
    const size: u32 = sizeOf(at);
    let status: Status = Status.Ok;
    if (equals(at, size, "-c") || equals(at, size, "--config")) {
      i++;
      if (i == count) return refuse(at, size, "a file after it");
      status = readConfigPath(argument(i), sizeOf(argument(i)));
    } else if (startsWith(at, size, "--config=")) {
      status = readConfigPath(at + 9, size - 9);
    } else if (equals(at, size, "--help") || equals(at, size, "-h")) {
      helpAsked = true;
    } else if (equals(at, size, "--version")) {
      versionAsked = true;
    } else if (equals(at, size, "--after-os")) {
      afterOs = true;
    } else if (startsWith(at, size, "--after-os=0x")) {
      status = readFirmwareStatus(at, size);
    } else if (size > 0 && load<u8>(at) == 0x2d) {
      if (!equals(at, size, "--json")) return refuseOption(at, size);
    } else {
      status = readCommand(at, size);
    }
    if (status != Status.Ok) return status;
  }
  return Status.Ok;
}

function readCommand(at: usize, size: u32): Status {
  if (commandGiven) return refuse(at, size, "one command");
  commandGiven = true;
  if (equals(at, size, "run")) command = Command.Run;
  else if (equals(at, size, "plan")) command = Command.Plan;
  else if (equals(at, size, "check")) command = Command.Check;
  else if (equals(at, size, "inventory")) command = Command.Inventory;
  else if (equals(at, size, "status")) command = Command.Status;
  else if (equals(at, size, "serve")) command = Command.Serve;
  else if (equals(at, size, "help")) command = Command.Help;
  else if (equals(at, size, "version")) command = Command.Version;
  else return refuseCommand(at, size);
  return Status.Ok;
}

/** `fs0:\ferry.ini` is what the UEFI shell's user types; the volume is the one that we were given. */
function readConfigPath(at: usize, size: u32): Status {
  if (configPathSize > 0) return refuse(at, size, "one config file");
  const volume: u32 = pathVolumeSize(at, size);
  const skipped: u32 = volume > 2 ? volume : 0;
  const status: Status = pathResolve(0, 0, at + <usize>skipped, size - skipped, CONFIG_PATH, PATH_CAPACITY);
  if (status != Status.Ok) return refuse(at, size, pathExpected);
  configPathSize = pathSize;
  return Status.Ok;
}

/** An EFI_STATUS in hexadecimal, as `%lasterror%` of the UEFI shell has it. */
function readFirmwareStatus(at: usize, size: u32): Status {
  afterOs = true;
  firmwareKept = true;
  firmwareStatus = 0;
  if (size < 14 || size > 29) return refuse(at, size, "--after-os=0x with 1 to 16 hexadecimal digits");
  for (let i: u32 = 13; i < size; i++) {
    const digit: u32 = hexadecimalValue(load<u8>(at + <usize>i));
    if (digit > 15) return refuse(at, size, "--after-os=0x with 1 to 16 hexadecimal digits");
    firmwareStatus = firmwareStatus << 4 | <u64>digit;
  }
  return Status.Ok;
}

function expectConfig(): Status {
  const needed: bool = command == Command.Run || command == Command.Plan || command == Command.Check;
  if (!needed || configPathSize > 0) return Status.Ok;
  return refuseAll("no config file: expected -c FILE");
}

function refuse(at: usize, size: u32, expected: string): Status {
  failBegin();
  textLiteral("command line: expected ");
  textLiteral(expected);
  textLiteral(", got ");
  textQuoted(at, size);
  return refused("");
}

function refuseOption(at: usize, size: u32): Status {
  failBegin();
  textLiteral("unknown option ");
  textQuoted(at, size);
  textLiteral(": expected -c FILE, --json, --after-os, --help or --version");
  nearestBegin(at, size);
  nearestOffer("--config");
  nearestOffer("--json");
  nearestOffer("--after-os");
  nearestOffer("--help");
  nearestOffer("--version");
  return refused(nearest);
}

function refuseCommand(at: usize, size: u32): Status {
  failBegin();
  textLiteral("unknown command ");
  textQuoted(at, size);
  textLiteral(": expected run, plan, check, inventory, status, serve, help or version");
  nearestBegin(at, size);
  nearestOffer("run");
  nearestOffer("plan");
  nearestOffer("check");
  nearestOffer("inventory");
  nearestOffer("status");
  nearestOffer("serve");
  nearestOffer("help");
  nearestOffer("version");
  return refused(nearest);
}

function refuseAll(failed: string): Status {
  failBegin();
  textLiteral(failed);
  return refused("");
}

/** The second and third part. */
function refused(meant: string): Status {
  failState();
  textLiteral("nothing was read or sent; the device is as it was");
  failAdvice();
  if (meant.length > 0) {
    textLiteral("write ");
    textLiteral(meant);
    textLiteral(" if that was meant; ");
  }
  textLiteral("ferry --help shows the command line");
  failEnd();
  return Status.BadArgument;
}
