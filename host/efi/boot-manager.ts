// The boot manager (UEFI 2.10, chapter 3): tries the options of BootNext, of the menu and of BootOrder in turn, each under
// the watchdog, until one does not come back. Whatever fails, the operating system is started in the end.
import { PostCode } from '../bus/post-code.ts';
import { bootMenu, countDown } from './boot-menu.ts';
import { LOAD_OPTION_ACTIVE, type LoadOption } from './boot-option.ts';
import { bootTargets, INTERNAL_SHELL, OPERATING_SYSTEM, removableMedia } from './boot-targets.ts';
import { activeOptions, bootOrder, bootTimeout, bootVariable, setBootCurrent, takeBootNext, writeBootOrder, type NumberedOption } from './boot-variables.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { DevicePath } from './device-path.ts';
import { LOADED_IMAGE_PROTOCOL } from './guid.ts';
import { EfiError, EfiStatus, statusText } from './status.ts';
import type { SystemTable } from './system-table.ts';

export { INTERNAL_SHELL, OPERATING_SYSTEM } from './boot-targets.ts';
export { bootVariable } from './boot-variables.ts';

/** So often in a row the watchdog may reset the machine before the boot options are left out. */
const WATCHDOG_RESETS = 2;

/** What the boot manager goes by. */
export interface BootSettings {
  readonly watchdogSeconds: number;
  /** Seconds of the countdown when no variable Timeout says otherwise. */
  readonly timeout: number;
  /** How often in a row the watchdog has reset the machine. */
  readonly watchdogResets: number;
  readonly checkpoints: Checkpoints;
}

const option = (description: string, path: DevicePath): LoadOption => ({ attributes: LOAD_OPTION_ACTIVE, description, path, optionalData: '' });
const OS_OPTION = option('Ferry OS', OPERATING_SYSTEM);

/** Goes through the boot options. Does not return: it ends in a power event, at the latest in the operating system's. */
export function bootManager(system: SystemTable, settings: BootSettings): never {
  const say = (text: string): void => system.conOut.outputString(`Boot manager: ${text}\n`);
  const { checkpoints } = settings;
  checkpoints.reach(PostCode.bdsStarted);
  checkpoints.progress('postComplete');
  const options = settings.watchdogResets < WATCHDOG_RESETS ? optionsToTry(system, settings, say) : [];
  if (settings.watchdogResets >= WATCHDOG_RESETS) {
    say(`the watchdog timer has reset the machine ${settings.watchdogResets} times in a row; the boot options are left out this time`);
  }
  for (const next of options) tryOption(system, bootVariable(next.number), next, settings, say);
  say('no boot option is left; the operating system is started');
  start(system, 'the operating system', OS_OPTION, say, checkpoints);
  throw new Error('the operating system returned to the firmware');
}

function optionsToTry(system: SystemTable, settings: BootSettings, say: (text: string) => void): NumberedOption[] {
  const { runtimeServices } = system;
  const initial = [...removableMedia(system.bootServices).map((path) => option('UEFI Removable Media', path)), option('EFI Internal Shell', INTERNAL_SHELL), OS_OPTION];
  if (bootOrder(runtimeServices) === undefined) keeping(say, () => writeBootOrder(runtimeServices, initial));
  const next = activeOptions(runtimeServices, keeping(say, () => takeBootNext(runtimeServices)) ?? [], say);
  const numbers = bootOrder(runtimeServices);
  const ordered = numbers ? activeOptions(runtimeServices, numbers, say) : initial.map((made, number) => ({ number, option: made }));
  const chosen = choose(system, bootTimeout(runtimeServices) ?? settings.timeout, ordered);
  if (chosen) return [chosen, ...ordered.filter((other) => other !== chosen)];
  return [...next, ...ordered, ...fallback(system, ordered)];
}

/** A store that can not be written is said, and the boot goes on. */
function keeping<T>(say: (text: string) => void, action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    say(`${error.message}; the boot goes on`);
    return undefined;
  }
}

function choose(system: SystemTable, timeout: number, options: readonly NumberedOption[]): NumberedOption | undefined {
  if (options.length === 0 || !countDown(system, timeout)) return undefined;
  const index = bootMenu(system, options.map(({ number, option: { description } }) => `${bootVariable(number)} ${description}`));
  return index === undefined ? undefined : options[index];
}

/** When nothing of the order starts: media that no option names. They have no number of their own. */
function fallback(system: SystemTable, ordered: readonly NumberedOption[]): NumberedOption[] {
  const named = ordered.flatMap(({ option: { path } }) => bootTargets(system.bootServices, path).map(({ text }) => text));
  return removableMedia(system.bootServices)
    .filter((path) => !bootTargets(system.bootServices, path).some(({ text }) => named.includes(text)))
    .map((path) => ({ number: UNNUMBERED, option: option('UEFI Removable Media', path) }));
}

/** Of an option that has no variable. */
const UNNUMBERED = 0xffff;

function tryOption(system: SystemTable, variable: string, { number, option: tried }: NumberedOption, { watchdogSeconds, checkpoints }: BootSettings, say: (text: string) => void): void {
  setBootCurrent(system.runtimeServices, number);
  system.bootServices.setWatchdogTimer(watchdogSeconds);
  start(system, number === UNNUMBERED ? `"${tried.description}"` : `${variable} "${tried.description}"`, tried, say, checkpoints);
  system.bootServices.setWatchdogTimer(0);
}

function start(system: SystemTable, name: string, { path, optionalData }: LoadOption, say: (text: string) => void, checkpoints: Checkpoints): void {
  const { bootServices } = system;
  say(`starting ${name} from ${path.text}`);
  try {
    const image = load(system, path);
    bootServices.handleProtocol(image, LOADED_IMAGE_PROTOCOL).loadOptions = optionalData;
    checkpoints.reach(PostCode.readyToBoot);
    if (path.text === OPERATING_SYSTEM.text) checkpoints.reach(PostCode.exitBootServices);
    const status = bootServices.startImage(image);
    if (status !== EfiStatus.SUCCESS) checkpoints.reach(PostCode.startFailed);
    say(`${name} returned ${statusText(status)}`);
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    checkpoints.reach(PostCode.loadFailed);
    say(`${name} can not be started: ${reason(error)}`);
  }
}

/** The status, unless the message begins with it. */
function reason({ status, message }: EfiError): string {
  const text = statusText(status);
  return message.startsWith(text) ? message : `${text} (${message})`;
}

/** Loads the first of the files that the path may mean and that is there. */
function load({ bootServices }: SystemTable, path: DevicePath) {
  let missing = new EfiError('NOT_FOUND', `no volume has ${path.text}`);
  for (const target of bootTargets(bootServices, path)) {
    try {
      return bootServices.loadImage(undefined, target);
    } catch (error) {
      if (!(error instanceof EfiError) || error.status !== EfiStatus.NOT_FOUND) throw error;
      missing = error;
    }
  }
  throw missing;
}
