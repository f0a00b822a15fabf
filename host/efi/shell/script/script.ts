// A running script: its lines, where it is, its arguments and its loops. Knows no commands.

/** A line of a script file. */
export interface ScriptLine {
  readonly text: string;
  /** Counted from 1, as messages name it. */
  readonly number: number;
}

/** What a `for` goes through. */
export interface ForLoop {
  /** The letter behind `%`. */
  readonly variable: string;
  readonly values: Iterator<string>;
}

/** One script on the shell's stack. */
export class Script {
  readonly name: string;
  readonly lines: readonly ScriptLine[];
  /** The line that runs. */
  position = 0;
  /** `%0` and on. */
  readonly args: string[];
  /** Loop variables by letter. */
  readonly variables = new Map<string, string>();
  /** Loops that have begun, by the position of their `for`. */
  readonly loops = new Map<number, ForLoop>();
  #next: number | undefined;
  #isBackFromEndfor = false;

  constructor(name: string, lines: readonly string[], args: readonly string[]) {
    this.name = name;
    this.lines = lines.map((text, index) => ({ text, number: index + 1 }));
    this.args = [...args];
  }

  get line(): ScriptLine | undefined {
    return this.lines[this.position];
  }

  /** The line that a jump leads to; the end of the script when it is behind the last one. */
  jump(position: number, options: { readonly isBackFromEndfor: boolean } = { isBackFromEndfor: false }): void {
    this.#next = position;
    this.#isBackFromEndfor = options.isBackFromEndfor;
  }

  /** Goes to the line that comes next. */
  advance(): void {
    this.position = this.#next ?? this.position + 1;
    this.#next = undefined;
  }

  /** The loop of the `for` that runs, if its `endfor` came back to it. */
  takeLoop(): ForLoop | undefined {
    const loop = this.#isBackFromEndfor ? this.loops.get(this.position) : undefined;
    this.#isBackFromEndfor = false;
    return loop;
  }

  /** The first word of a line in lower case: what the search for matching lines looks at. */
  wordAt(position: number): string {
    return (this.lines[position]?.text ?? '').trimStart().split(' ', 1)[0]?.toLowerCase() ?? '';
  }
}
