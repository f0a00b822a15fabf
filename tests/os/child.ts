// A child process whose output a test waits for.
import { spawn, type ChildProcess } from 'node:child_process';

/** A program that is no script for Node. */
export interface OtherProgram {
  readonly program: string;
  readonly args: readonly string[];
}

/** Starts a script; its output is kept as text. */
export class Child {
  readonly process: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  output = '';
  errors = '';

  constructor(script: string | OtherProgram, ...args: string[]) {
    this.process = typeof script === 'string' ? spawn(process.execPath, [script, ...args], { stdio: 'pipe' }) : spawn(script.program, [...script.args, ...args], { stdio: 'pipe' });
    this.process.stdout?.on('data', (data) => { this.output += data; });
    this.process.stderr?.on('data', (data) => { this.errors += data; });
    this.ended = new Promise((resolve) => this.process.once('close', (code, signal) => resolve({ code, signal })));
  }

  /** Waits until `text` stands in one of its outputs. Fails when the child ends before. */
  async says(text: string): Promise<void> {
    while (!`${this.output}${this.errors}`.includes(text)) {
      const event = await Promise.race([this.ended, this.#data()]);
      if (event && !`${this.output}${this.errors}`.includes(text)) {
        throw new Error(`the child ended with ${JSON.stringify(event)} before it said ${text}: ${this.output}${this.errors}`);
      }
    }
  }

  #data(): Promise<undefined> {
    return new Promise((resolve) => {
      this.process.stdout?.once('data', () => resolve(undefined));
      this.process.stderr?.once('data', () => resolve(undefined));
    });
  }
}
