// What `setvar` and `dmpstore` write about variables of the firmware: namespaces, attributes, and the data of a command
// line. Knows no store.
import { GLOBAL_VARIABLE } from '../guid.ts';
import { VariableAttribute } from '../variable-store.ts';
import { CommandError } from './command-error.ts';

/** Options that stand for attributes, in the order in which they are written. */
const ATTRIBUTES = [['NV', VariableAttribute.nonVolatile], ['RT', VariableAttribute.runtimeAccess], ['BS', VariableAttribute.bootServiceAccess]] as const;

/** `NV+RT+BS`. */
export const attributeText = (attributes: number): string => ATTRIBUTES.filter(([, bit]) => (attributes & bit) !== 0).map(([name]) => name).join('+');

/** The attributes of `-nv -rt -bs`. */
export const attributesOf = (flags: ReadonlySet<string>): number => ATTRIBUTES.reduce((sum, [name, bit]) => (flags.has(`-${name.toLowerCase()}`) ? sum | bit : sum), 0);

/** The name of a namespace, or its GUID. */
export const namespaceText = (guid: string): string => (guid === GLOBAL_VARIABLE ? 'EFIGlobalVariable' : guid);

/** A GUID as it is written on a command line. */
export function guidOf(command: string, word: string | undefined): string {
  if (word === undefined) throw new CommandError('INVALID_PARAMETER', `${command}: Missing argument for flag - '-guid'`);
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(word)) throw new CommandError('INVALID_PARAMETER', `${command}: Invalid argument - '${word}'`);
  return word.toUpperCase();
}

/**
 * The data behind `=`, read as the EDK II shell reads it: `0x` is a number, little endian; `H` or pairs of digits are
 * bytes; `L` is a text in UCS-2; `S` and everything else are a text in ASCII. Quotes are gone by now.
 */
export function dataOf(word: string): Uint8Array {
  const text = word.slice(1);
  const [, digits] = /^(?:H|(?!0x))((?:[0-9a-f]{2})*)$/i.exec(text) ?? [];
  if (digits !== undefined) return Buffer.from(digits, 'hex');
  if (/^0x[0-9a-f]{1,16}$/i.test(text)) return numberBytes(text.slice(2));
  if (text.startsWith('L')) return Buffer.from(text.slice(1), 'utf16le');
  return Buffer.from(text.startsWith('S') ? text.slice(1) : text, 'ascii');
}

/** As many bytes as an integer of 1, 2, 4 or 8 needs. */
function numberBytes(digits: string): Uint8Array {
  const size = [1, 2, 4, 8].find((bytes) => digits.length <= bytes * 2) as number;
  return Buffer.from(digits.padStart(size * 2, '0'), 'hex').reverse();
}

/** Takes `-guid GUID` out of the words. */
export function takeGuid(command: string, words: readonly string[]): { readonly guid: string | undefined; readonly rest: readonly string[] } {
  const at = words.findIndex((word) => word.toLowerCase() === '-guid');
  if (at < 0) return { guid: undefined, rest: words };
  return { guid: guidOf(command, words[at + 1]), rest: [...words.slice(0, at), ...words.slice(at + 2)] };
}
