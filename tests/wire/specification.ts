// The tables of the protocol's specification, as a stranger would read them.
import { readFileSync } from 'node:fs';

const text = readFileSync(new URL('../../assembly/wire/README.md', import.meta.url), 'utf8');

export type Row = Readonly<Record<string, string>>;

/** One field of a message. */
export interface SpecifiedField {
  readonly offset: number;
  readonly type: string;
  readonly name: string;
  readonly size: number;
}

/** The part under a heading, up to the next one of any level. */
export function section(title: string): string {
  const parts = text.split(/^(?=#)/m).filter((part) => part.replace(/^#+ /, '').startsWith(`${title}\n`));
  if (parts.length !== 1) throw new Error(`the specification: expected one section "${title}", found ${parts.length}`);
  return parts[0]!;
}

/** The tables in a piece of text, each a list of rows by the words of its head; back-quotes are taken off. */
export function tables(piece: string): Row[][] {
  return [...piece.matchAll(/(?:^\|.*\n)+/gm)].map(([table]) => {
    const [head, , ...rows] = table.trim().split('\n').map((line) => line.slice(1, -1).split('|').map((cell) => cell.trim()));
    return rows.map((cells) => Object.fromEntries(head!.map((word, index) => [word, (cells[index] ?? '').replace(/`/g, '')])));
  });
}

const SIZES: Readonly<Record<string, number>> = { u8: 1, u16: 2, u32: 4, u64: 8, '3 bytes': 3, '6 bytes': 6, nonce: 8, donor: 8, prefix: 16, name: 16, version: 32, digest: 32, slot: 76 };

/** The fields of a table. Throws unless each begins where the one before ends. */
export function fields(table: readonly Row[]): SpecifiedField[] {
  let next = 0;
  return table.map((row) => {
    const [offset, type, name] = [Number(row['offset']), row['type'] ?? '', row['field'] ?? ''];
    const size = SIZES[type];
    if (size === undefined || offset !== next) throw new Error(`the specification: expected a field at ${next}, found "${name}" (${type}) at ${offset}`);
    next = offset + size;
    return { offset, type, name, size };
  });
}

/** The bytes that some fields take. */
export function sizeOf(list: readonly SpecifiedField[]): number {
  const last = list.at(-1);
  return last === undefined ? 0 : last.offset + last.size;
}

/** The fields of a message's request and response. `title` is the heading of its section. */
export function messageFields(title: string): { readonly request: SpecifiedField[]; readonly response: SpecifiedField[] } {
  const all = tables(section(title)).map(fields);
  // Status has no table for its request; the inventory's third table is the slot.
  return title === 'Status' ? { request: [], response: all[0]! } : { request: all[0]!, response: all[1]! };
}

/** Numbers and names of an enum's table. */
export function enumeration(title: string): { readonly number: number; readonly name: string; readonly row: Row }[] {
  const table = tables(section(title))[0] ?? [];
  return table.map((row) => ({ number: Number(row['number']), name: row['name'] ?? '', row }));
}

/** The whole text. */
export const specification = text;
