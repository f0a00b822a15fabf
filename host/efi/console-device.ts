/**
 * The console hardware: what a terminal or a pair of pipes offers. The protocols SimpleTextInput and SimpleTextOutput
 * sit on top of it.
 */
export interface ConsoleDevice {
  /** False for pipes: no colours, no cursor, no line editing then. */
  readonly isTerminal: boolean;
  readonly columns: number;
  /** 25 when not given. */
  readonly rows?: number;
  /** Writes text with `\n` between lines. */
  write(text: string): void;
  /** The characters of the next key, an arrow key being `ESC [ A`. Undefined when none came in that time. */
  readKey(timeoutMs: number): string | undefined;
  /** True when no key will ever come again. */
  readonly ended: boolean;
  /** True when Ctrl-C waits among the keys that nobody has read yet. It and the keys before it are gone then. */
  takeBreak(): boolean;
}
