// The boot manager (UEFI 2.10, chapter 3): tries the options of BootNext and BootOrder in turn, each under the watchdog,
// until one does not come back.
import { decodeLoadOption, encodeLoadOption, LOAD_OPTION_ACTIVE, type LoadOption } from './boot-option.ts';
import { DevicePath } from './device-path.ts';
import { GLOBAL_VARIABLE, LOADED_IMAGE_PROTOCOL } from './guid.ts';
import { PowerEvent } from './power-event.ts';
import type { RuntimeServices } from './runtime-services.ts';
import { EfiError, EfiStatus, statusText } from './status.ts';
import type { SystemTable } from './system-table.ts';
import { VariableAttribute } from './variable-store.ts';

/** The shell in the firmware volume, with the file name that OVMF gives it. */
export const INTERNAL_SHELL = new DevicePath(
  { type: 'fv', guid: '7CB8BDC9-F8EB-4F34-AAEA-3EE4AF6516A1' }, { type: 'fv-file', guid: '7C04A583-9E3E-4F1C-AD65-E05268D0B4D1' },
);
/** What stands for the operating system: reaching it ends the firmware's work. */
export const OPERATING_SYSTEM = new DevicePath({ type: 'vendor-hardware', guid: 'D2E1B6A4-5F0C-4E0B-9E7D-3C1A7F45B201' });

const { nonVolatile, bootServiceAccess, runtimeAccess } = VariableAttribute;
const KEPT = nonVolatile | bootServiceAccess | runtimeAccess;
const VOLATILE = bootServiceAccess | runtimeAccess;

const DEFAULTS: readonly LoadOption[] = [
  { attributes: LOAD_OPTION_ACTIVE, description: 'EFI Internal Shell', path: INTERNAL_SHELL, optionalData: '' },
  { attributes: LOAD_OPTION_ACTIVE, description: 'Ferry OS', path: OPERATING_SYSTEM, optionalData: '' },
];

/** `Boot0001`. */
export const bootVariable = (number: number): string => `Boot${number.toString(16).toUpperCase().padStart(4, '0')}`;

/** Goes through the boot options. Does not return: it ends in a power event, at the latest when nothing is left. */
export function bootManager(system: SystemTable, watchdogSeconds: number): never {
  const { runtimeServices } = system;
  if (numbersIn(runtimeServices, 'BootOrder') === undefined) writeDefaults(runtimeServices);
  for (const number of [...takeBootNext(runtimeServices), ...numbersIn(runtimeServices, 'BootOrder') ?? []]) {
    const option = readOption(system, number);
    if (option) tryOption(system, number, option, watchdogSeconds);
  }
  system.conOut.outputString('Boot manager: no boot option is left; the machine is switched off.\n');
  return runtimeServices.resetSystem('shutdown');
}

function writeDefaults(runtime: RuntimeServices): void {
  DEFAULTS.forEach((option, number) => runtime.setVariable(bootVariable(number), GLOBAL_VARIABLE, KEPT, encodeLoadOption(option)));
  runtime.setVariable('BootOrder', GLOBAL_VARIABLE, KEPT, numberBytes(DEFAULTS.map((_, number) => number)));
}

const numberBytes = (numbers: readonly number[]): Uint8Array => new Uint8Array(Uint16Array.from(numbers).buffer);

function numbersIn(runtime: RuntimeServices, name: string): number[] | undefined {
  const data = variableData(runtime, name);
  return data && Array.from({ length: data.length >> 1 }, (_, index) => Buffer.from(data).readUInt16LE(index * 2));
}

function variableData(runtime: RuntimeServices, name: string): Uint8Array | undefined {
  try {
    return runtime.getVariable(name, GLOBAL_VARIABLE).data;
  } catch (error) {
    if (error instanceof EfiError && error.status === EfiStatus.NOT_FOUND) return undefined;
    throw error;
  }
}

/** BootNext counts once: it is deleted before it is tried. */
function takeBootNext(runtime: RuntimeServices): number[] {
  const next = numbersIn(runtime, 'BootNext');
  if (next) runtime.setVariable('BootNext', GLOBAL_VARIABLE, 0, new Uint8Array(0));
  return next?.slice(0, 1) ?? [];
}

function readOption(system: SystemTable, number: number): LoadOption | undefined {
  const data = variableData(system.runtimeServices, bootVariable(number));
  try {
    const option = data && decodeLoadOption(data);
    return option && (option.attributes & LOAD_OPTION_ACTIVE) !== 0 ? option : undefined;
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    system.conOut.outputString(`Boot manager: ${bootVariable(number)} is left out: ${error.message}\n`);
    return undefined;
  }
}

function tryOption(system: SystemTable, number: number, { description, path, optionalData }: LoadOption, watchdogSeconds: number): void {
  const { bootServices, runtimeServices } = system;
  const name = `${bootVariable(number)} "${description}"`;
  runtimeServices.setVariable('BootCurrent', GLOBAL_VARIABLE, VOLATILE, numberBytes([number]));
  system.conOut.outputString(`Boot manager: starting ${name} from ${path.text}\n`);
  if (path.text === OPERATING_SYSTEM.text) throw new PowerEvent({ kind: 'os' });
  bootServices.setWatchdogTimer(watchdogSeconds);
  try {
    const image = bootServices.loadImage(undefined, path);
    bootServices.handleProtocol(image, LOADED_IMAGE_PROTOCOL).loadOptions = optionalData;
    const status = bootServices.startImage(image);
    system.conOut.outputString(`Boot manager: ${name} returned ${statusText(status)}\n`);
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    system.conOut.outputString(`Boot manager: ${name} can not be started: ${statusText(error.status)} (${error.message})\n`);
  }
  bootServices.setWatchdogTimer(0);
}
