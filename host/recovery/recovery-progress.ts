// What is only known while the agent runs: the images that were found last, and how much of the chosen one is here.
import type { Choice } from './policy.ts';
import type { Candidate, Source } from './source.ts';

export class RecoveryProgress {
  /** What was found last, and what was made of it. */
  choice: Choice | undefined;
  #received: { readonly done: number; readonly total: number } | undefined;

  /** Of the image under way. */
  get received(): { readonly done: number; readonly total: number } | undefined {
    return this.#received;
  }

  /** The source, with its bytes counted on their way; `fetched` is told of what came over the link, or of every piece when there is none. */
  counted(source: Source, candidate: Candidate, fetched: (bytes: number) => void): Source {
    const total = candidate.statement.size;
    this.#received = { done: 0, total };
    return {
      name: source.name, kind: source.kind,
      find: (need, signal) => source.find(need, signal),
      fetch: (wanted, from, into, signal, help) => {
        this.#received = { done: from, total };
        let hasLink = false;
        const told = help && { ...help, came: (bytes: number) => {
          hasLink = true;
          fetched(bytes);
          help.came(bytes);
        } };
        return source.fetch(wanted, from, (offset, bytes) => {
          into(offset, bytes);
          if (!hasLink) fetched(bytes.length);
          this.#received = { done: offset + bytes.length, total };
        }, signal, told);
      },
    };
  }

  /** All is well again: what was found is of no use any more. */
  clear(): void {
    this.choice = undefined;
    this.#received = undefined;
  }
}
