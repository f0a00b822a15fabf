// Long names: entries before the one with the short name, thirteen UTF-16 characters each, the last part first.
const CHARACTERS = 13;
/** Where the characters are within an entry. */
const PLACES = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
const LAST = 0x40;
const ATTRIBUTE = 0x0f;
const MAXIMUM = 255;
/** What a long name may not contain. */
const FORBIDDEN = /[\u0000-\u001f"*/:<>?|\\]/;

/** Without trailing dots and spaces, which FAT does not keep; undefined when no file can have this name. */
export function validName(name: string): string | undefined {
  const kept = name.replace(/[. ]+$/, '');
  return kept === '' || kept.length > MAXIMUM || FORBIDDEN.test(kept) ? undefined : kept;
}

/** A short name as it is shown: one that no long name could be, on a damaged medium, with other characters. */
export const shownShortName = (text: string): string => validName(text.replaceAll(new RegExp(FORBIDDEN, 'g'), '_')) ?? '_';

/** The checksum of the short name that ties the parts to it. */
export function shortNameChecksum(short: Uint8Array): number {
  return short.reduce((sum, byte) => (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff, 0);
}

/** Whether an entry is a part of a long name. */
export const isLongPart = (slot: Buffer): boolean => (slot.readUInt8(11) & 0x3f) === ATTRIBUTE;

/** The entries of a long name, in the order of the medium. */
export function encodeLongName(name: string, short: Uint8Array): Buffer[] {
  const checksum = shortNameChecksum(short);
  const count = Math.ceil(name.length / CHARACTERS);
  return Array.from({ length: count }, (_, index) => {
    const number = count - index;
    const slot = Buffer.alloc(32);
    slot.writeUInt8(number | (index === 0 ? LAST : 0), 0);
    slot.writeUInt8(ATTRIBUTE, 11);
    slot.writeUInt8(checksum, 13);
    PLACES.forEach((place, character) => {
      const at = (number - 1) * CHARACTERS + character;
      slot.writeUInt16LE(at < name.length ? name.charCodeAt(at) : at === name.length ? 0 : 0xffff, place);
    });
    return slot;
  });
}

/** The name that these parts make, in the order of the medium; undefined when they are no whole long name of this short one. */
export function decodeLongName(parts: readonly Buffer[], short: Uint8Array): string | undefined {
  const checksum = shortNameChecksum(short);
  const isWhole = parts.length > 0 && parts.every((slot, index) => slot.readUInt8(13) === checksum
    && slot.readUInt8(0) === ((parts.length - index) | (index === 0 ? LAST : 0)));
  if (!isWhole) return undefined;
  const units = [...parts].reverse().flatMap((slot) => PLACES.map((place) => slot.readUInt16LE(place)));
  const end = units.indexOf(0);
  const name = String.fromCharCode(...units.slice(0, end < 0 ? units.length : end));
  return validName(name) === name ? name : undefined;
}
