// The two ways in which an imported function ends the program: it asked for it, or it broke the contract of a call
// that has no errno to answer with.

/** Thrown by `proc_exit` to unwind the program. Never leaves `runCommand`. */
export class ProgramExit {
  readonly code: number;
  constructor(code: number) {
    this.code = code;
  }
}

/** The program gave an imported function what it must never give. The caller of `runCommand` treats it as a trap. */
export class ProgramFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProgramFault';
  }
}

/** Whether an error that came out of `runCommand` is the program's own: a trap, a fault, or its stack running over. */
export function isTrap(error: unknown): error is Error {
  return error instanceof WebAssembly.RuntimeError || error instanceof ProgramFault || error instanceof RangeError;
}
