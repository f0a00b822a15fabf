// The boot options as `bcfg` works on them: BootOrder, and the Boot#### variables that it names. An optional position
// counts within BootOrder, from 0.
import { decodeLoadOption, encodeLoadOption, type LoadOption } from '../boot-option.ts';
import { bootOrder, bootVariable } from '../boot-variables.ts';
import { GLOBAL_VARIABLE } from '../guid.ts';
import { ifThere } from '../image-file.ts';
import type { RuntimeServices } from '../runtime-services.ts';
import { EfiError } from '../status.ts';
import { VariableAttribute } from '../variable-store.ts';

const KEPT = VariableAttribute.nonVolatile | VariableAttribute.bootServiceAccess | VariableAttribute.runtimeAccess;
const MAXIMUM_NUMBER = 0xffff;

/** The options of one machine. */
export class BootOptions {
  readonly #runtime: RuntimeServices;

  constructor(runtime: RuntimeServices) {
    this.#runtime = runtime;
  }

  /** The numbers in the order in which they are tried. */
  get order(): number[] {
    return bootOrder(this.#runtime) ?? [];
  }

  set order(numbers: readonly number[]) {
    this.#runtime.setVariable('BootOrder', GLOBAL_VARIABLE, KEPT, new Uint8Array(Uint16Array.from(numbers).buffer));
  }

  /** EFI_NOT_FOUND when there is none; EFI_INVALID_PARAMETER when it is no load option. */
  read(number: number): LoadOption {
    return decodeLoadOption(this.#runtime.getVariable(bootVariable(number), GLOBAL_VARIABLE).data);
  }

  write(number: number, option: LoadOption): void {
    this.#runtime.setVariable(bootVariable(number), GLOBAL_VARIABLE, KEPT, encodeLoadOption(option));
  }

  /** Puts an option into the order. Answers the number that it got: the lowest that is free. */
  add(position: number, option: LoadOption): number {
    const number = Array.from({ length: MAXIMUM_NUMBER }, (_, each) => each).find((each) => !this.#has(each));
    if (number === undefined) throw new EfiError('OUT_OF_RESOURCES', 'all numbers of boot options are taken');
    this.write(number, option);
    this.order = this.order.toSpliced(position, 0, number);
    return number;
  }

  remove(position: number): void {
    const { order } = this;
    const number = order[position] as number;
    this.order = order.toSpliced(position, 1);
    if (this.#has(number)) this.#runtime.setVariable(bootVariable(number), GLOBAL_VARIABLE, 0, new Uint8Array(0));
  }

  move(from: number, to: number): void {
    const { order } = this;
    const [number] = order.splice(from, 1);
    this.order = order.toSpliced(to, 0, number as number);
  }

  #has(number: number): boolean {
    return ifThere(() => this.#runtime.getVariable(bootVariable(number), GLOBAL_VARIABLE)) !== undefined;
  }
}
