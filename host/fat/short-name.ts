// Names of eleven characters, as every entry has one: their form on the medium, and how one is made for a long name
// (FAT specification 1.03, "Name Limits and Character Sets" and "The Basis-Name Generation Algorithm").

/** What the code page 437 has above ASCII. */
const UPPER_HALF = 'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';
/** Bits of the byte that tells which halves of a short name are shown in lower case. */
const LOWER_BASE = 0x08;
const LOWER_EXTENSION = 0x10;
const ALLOWED = /^[A-Z0-9!#$%&'()\-@^_`{}~]+$/;
const REPLACED = /[^A-Z0-9!#$%&'()\-@^_`{}~]/g;

/** The text of a short name, `FERRY.INI`. The first byte 05 stands for E5, which means "deleted" there. */
export function shortNameText(bytes: Buffer, caseFlags: number): string {
  const characters = [...bytes].map((byte, index) => {
    const value = index === 0 && byte === 0x05 ? 0xe5 : byte;
    return value < 0x80 ? String.fromCharCode(value) : UPPER_HALF[value - 0x80] ?? '_';
  }).join('');
  const base = characters.slice(0, 8).trimEnd();
  const extension = characters.slice(8).trimEnd();
  const shown = caseFlags & LOWER_BASE ? base.toLowerCase() : base;
  return extension === '' ? shown : `${shown}.${caseFlags & LOWER_EXTENSION ? extension.toLowerCase() : extension}`;
}

/** The eleven bytes of a name that is a short name already, in capital letters; undefined for every other one. */
export function exactShortName(name: string): Buffer | undefined {
  const { base, extension } = /^(?<base>[^.]{1,8})(?:\.(?<extension>[^.]{1,3}))?$/.exec(name)?.groups ?? {};
  if (base === undefined || !ALLOWED.test(base) || (extension !== undefined && !ALLOWED.test(extension))) return undefined;
  return shortBytes(base, extension ?? '');
}

/** A short name for a long one, such that `isTaken` does not have it: `FERRYI~1.JSO`. */
export function makeShortName(name: string, isTaken: (short: Buffer) => boolean): Buffer {
  const upper = name.toUpperCase().replace(/ /g, '').replace(/^\.+/, '');
  const dot = upper.lastIndexOf('.');
  const full = dot < 0 ? upper : upper.slice(0, dot);
  const base = full.replaceAll('.', '').replace(REPLACED, '_') || '_';
  const extension = (dot < 0 ? '' : upper.slice(dot + 1)).replace(REPLACED, '_');
  const isExact = base === full && base.length <= 8 && extension.length <= 3 && upper === name.toUpperCase() && ALLOWED.test(base);
  const plain = shortBytes(base.slice(0, 8), extension.slice(0, 3));
  if (isExact && extension === upper.slice(dot < 0 ? upper.length : dot + 1) && !isTaken(plain)) return plain;
  for (let number = 1; ; number++) {
    const tail = `~${number}`;
    const short = shortBytes(base.slice(0, 8 - tail.length) + tail, extension.slice(0, 3));
    if (!isTaken(short)) return short;
  }
}

const shortBytes = (base: string, extension: string): Buffer => Buffer.from(base.padEnd(8) + extension.padEnd(3), 'latin1');
