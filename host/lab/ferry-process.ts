// A command of `ferry` as a process of its own that runs until it is told to end, and whose output is JSON lines.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { artifactPath } from '../artifacts.ts';
import { FerryError } from '../error.ts';
import { identityOf, type ProcessIdentity } from '../process-identity.ts';
import type { BoardEvent } from './board-view.ts';

/** After SIGTERM; then it is killed. */
const PATIENCE_MS = 10_000;

export class FerryProcess {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;
  readonly #listeners = new Set<(event: BoardEvent) => void>();
  #errors = '';
  #identity: ProcessIdentity | undefined;

  /** `prefix` stands before the command, as `ip netns exec NAME`. */
  constructor(prefix: readonly string[], args: readonly string[], listener?: (event: BoardEvent) => void) {
    const [program = '', ...rest] = [...prefix, process.execPath, artifactPath('ferry.js'), ...args];
    this.#name = `ferry ${args[0]}`;
    if (listener !== undefined) this.#listeners.add(listener);
    // A Ctrl-C on the terminal is the lab's, which ends them in its order.
    this.#child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child.stderr?.on('data', (piece: Buffer) => { this.#errors = `${this.#errors}${piece.toString()}`.slice(-4096); });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#heard(line));
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => { this.#errors += error.message; resolve('it was never started'); });
      this.#child.once('close', (code, signal) => resolve(code === null ? `signal ${signal}` : `exit code ${code}`));
    });
  }

  /** Undefined when it never started. */
  get identity(): ProcessIdentity | undefined {
    return this.#child.pid === undefined ? undefined : (this.#identity ??= identityOf(this.#child.pid));
  }

  /** Ends with the process, and says how that ended: `exit code 1`, `signal SIGKILL`. */
  get ended(): Promise<string> {
    return this.#ended;
  }

  /** Waits for an event. `controller-failed` when the process ends before. */
  async says(word: string): Promise<void> {
    let stop: () => void = () => undefined;
    const said = new Promise<undefined>((resolve) => {
      const listener = ({ event }: BoardEvent): void => { if (event === word) resolve(undefined); };
      this.#listeners.add(listener);
      stop = () => this.#listeners.delete(listener);
    });
    const outcome = await Promise.race([said, this.#ended]);
    stop();
    if (outcome !== undefined) throw new FerryError('controller-failed', `${this.#name} ended (${outcome}) before it said ${word}: ${this.#errors.trim()}`, { hint: 'see its message' });
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const isGone = (): boolean => this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined;
    if (!isGone()) this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  #heard(line: string): void {
    let said: Partial<BoardEvent>;
    try {
      said = JSON.parse(line) as Partial<BoardEvent>;
    } catch {
      return;
    }
    if (typeof said.event !== 'string') return;
    const event: BoardEvent = { ...said, event: said.event, text: said.text ?? '', time: said.time ?? new Date().toISOString() };
    for (const listener of this.#listeners) listener(event);
  }
}
