// The variables of the boot manager (UEFI 2.10, section 3.3): Boot####, BootOrder, BootNext, BootCurrent and Timeout.
import { decodeLoadOption, encodeLoadOption, LOAD_OPTION_ACTIVE, type LoadOption } from './boot-option.ts';
import { GLOBAL_VARIABLE } from './guid.ts';
import { ifThere } from './image-file.ts';
import type { RuntimeServices } from './runtime-services.ts';
import { EfiError } from './status.ts';
import { VariableAttribute } from './variable-store.ts';

const { nonVolatile, bootServiceAccess, runtimeAccess } = VariableAttribute;
const KEPT = nonVolatile | bootServiceAccess | runtimeAccess;
const VOLATILE = bootServiceAccess | runtimeAccess;

/** A boot option with its number. */
export interface NumberedOption {
  readonly number: number;
  readonly option: LoadOption;
}

/** `Boot0001`. */
export const bootVariable = (number: number): string => `Boot${number.toString(16).toUpperCase().padStart(4, '0')}`;

const numberBytes = (numbers: readonly number[]): Uint8Array => new Uint8Array(Uint16Array.from(numbers).buffer);

/** The 16-bit numbers of a variable; undefined when there is none. */
function numbersIn(runtime: RuntimeServices, name: string): number[] | undefined {
  const data = ifThere(() => runtime.getVariable(name, GLOBAL_VARIABLE).data);
  return data && Array.from({ length: data.length >> 1 }, (_, index) => Buffer.from(data).readUInt16LE(index * 2));
}

export const bootOrder = (runtime: RuntimeServices): number[] | undefined => numbersIn(runtime, 'BootOrder');

/** Seconds of the countdown. 0xFFFF waits for somebody. */
export const bootTimeout = (runtime: RuntimeServices): number | undefined => numbersIn(runtime, 'Timeout')?.[0];

/** Makes these options the boot order, numbered from 0. */
export function writeBootOrder(runtime: RuntimeServices, options: readonly LoadOption[]): void {
  options.forEach((option, number) => runtime.setVariable(bootVariable(number), GLOBAL_VARIABLE, KEPT, encodeLoadOption(option)));
  runtime.setVariable('BootOrder', GLOBAL_VARIABLE, KEPT, numberBytes(options.map((_, number) => number)));
}

/** BootNext counts once: it is deleted before it is tried. */
export function takeBootNext(runtime: RuntimeServices): number[] {
  const next = numbersIn(runtime, 'BootNext');
  if (next) runtime.setVariable('BootNext', GLOBAL_VARIABLE, 0, new Uint8Array(0));
  return next?.slice(0, 1) ?? [];
}

/** Tells the image which option it was started by. */
export function setBootCurrent(runtime: RuntimeServices, number: number): void {
  runtime.setVariable('BootCurrent', GLOBAL_VARIABLE, VOLATILE, numberBytes([number]));
}

/** The options with these numbers that are active. `report` is told of those that can not be read. */
export function activeOptions(runtime: RuntimeServices, numbers: readonly number[], report: (message: string) => void): NumberedOption[] {
  return numbers.flatMap((number) => {
    const option = readOption(runtime, number, report);
    return option && (option.attributes & LOAD_OPTION_ACTIVE) !== 0 ? [{ number, option }] : [];
  });
}

function readOption(runtime: RuntimeServices, number: number, report: (message: string) => void): LoadOption | undefined {
  const data = ifThere(() => runtime.getVariable(bootVariable(number), GLOBAL_VARIABLE).data);
  try {
    return data && decodeLoadOption(data);
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    report(`${bootVariable(number)} is left out: ${error.message}`);
    return undefined;
  }
}
