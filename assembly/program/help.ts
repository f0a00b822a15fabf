/** What `ferry --help` and `ferry --version` show. */
import { eventBegin, eventEnd, eventLiteral, eventTextBegin, eventTextEnd, outputJson } from "./event";
import { say, sayBegin, sayEnd } from "./say";
import { textLiteral } from "./text";
import { VERSION } from "./version";

/** A line for people; with --json a line of the event's one text. */
function line(text: string): void {
  if (!outputJson()) return say(text);
  textLiteral(text);
  textLiteral("\n");
}

/** Answers the exit code. */
export function showHelp(): u32 {
  eventBegin("help");
  eventTextBegin("text");
  line("Ferry carries firmware images from this machine to its management controller.");
  line("");
  line("usage: ferry [COMMAND] [-c FILE] [--json] [--after-os] [--help]");
  line("");
  line("commands:");
  line("  run        carry out the config file; what is meant when no command is given");
  line("  plan       show what run would send and why; nothing is changed");
  line("  check      check the config, its images and signatures, without the device");
  line("  inventory  show the components of the device and their versions");
  line("  status     show what the device is doing right now");
  line("  serve      let the device read images of this volume, until stopped");
  line("  version    show the version of this program");
  line("");
  line("options:");
  line("  -c FILE, --config FILE  the config file; run, plan and check need one");
  line("  --json                  one JSON object a line instead of text for people");
  line("  --after-os[=STATUS]     the OS runs; the firmware kept STATUS, as 0x4");
  line("  --help                  this text");
  line("");
  line("examples:");
  line("  ferry -c ferry.ini                carry out ferry.ini, without a question");
  line("  ferry check -c fs0:\\ferry.ini     check it first");
  line("  ferry plan -c ferry.ini --json    what would be sent, for a script");
  line("  ferry inventory                   what the device runs now");
  line("");
  line("exit codes say what state the device is in:");
  line("  0   done");
  line("  2   nothing to do");
  line("  3   done, reset needed");
  line("  4   paused, run again to go on");
  line("  1   failed, the device is on its old image");
  line("  5   failed, needs attention");
  line("  64  wrong command line or config, nothing touched");
  eventTextEnd();
  eventEnd();
  return 0;
}

/** Answers the exit code. */
export function showVersion(): u32 {
  eventBegin("version");
  eventLiteral("program", "ferry");
  eventLiteral("version", VERSION);
  eventEnd();
  sayBegin();
  textLiteral("ferry ");
  textLiteral(VERSION);
  sayEnd();
  return 0;
}
