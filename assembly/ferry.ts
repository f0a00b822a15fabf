/**
 * The entry of ferry.wasm, the updater program: a WASI command that runs unchanged before the operating system and
 * after it. Reads the command line, carries out one command and ends with its exit code.
 */
import { proc_exit } from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";
import { Command, argumentsRead, command } from "./program/arguments";
import { checkCommand } from "./program/check";
import { eventBegin, eventEnd, eventLiteral, eventNumber } from "./program/event";
import { ExitCode, exitMeaning } from "./program/exit-code";
import { showHelp, showVersion } from "./program/help";
import { inventoryCommand } from "./program/inventory";
import { planCommand } from "./program/plan-command";
import { runCommand } from "./program/run";
import { serveCommand } from "./program/serve";
import { statusCommand } from "./program/status";
import { Status } from "./status";

/** Answers the exit code. */
function main(): u32 {
  const status: Status = argumentsRead();
  if (status != Status.Ok) return ExitCode.Usage;
  switch (command) {
    case Command.Run: return runCommand();
    case Command.Plan: return planCommand();
    case Command.Check: return checkCommand();
    case Command.Inventory: return inventoryCommand();
    case Command.Status: return statusCommand();
    case Command.Serve: return serveCommand();
    case Command.Help: return showHelp();
    default: return showVersion();
  }
}

function end(code: u32): void {
  eventBegin("exit");
  eventNumber("code", code);
  eventLiteral("meaning", exitMeaning(code));
  eventEnd();
  proc_exit(code);
}

end(main());
