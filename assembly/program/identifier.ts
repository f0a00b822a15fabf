/** Numbers that people compare and quote, always written in the same way: pieces of a line or of a JSON string. */
import { eventTextBegin, eventTextEnd } from "./event";
import { textCharacter, textHex } from "./text";

const KEY_ID_SIZE: u32 = 8;
const bytes: usize = memory.data(4, 16);

/** An upgrade's number as the console, the report, the device's log and its pages have it: eight hexadecimal digits. */
export function textUpgradeId(id: u32): void {
  store<u32>(bytes, bswap<u32>(id));
  textHex(bytes, 4);
}

/** The member `upgradeId` of an event; empty before there is an upgrade. */
export function eventUpgradeId(id: u32): void {
  eventTextBegin("upgradeId");
  if (id != 0) textUpgradeId(id);
  eventTextEnd();
}

/** A key id as minisign prints it: its eight bytes are a little-endian number. */
export function textKeyId(at: usize): void {
  for (let i: u32 = KEY_ID_SIZE; i > 0; i--) {
    const byte: u32 = load<u8>(at + <usize>(i - 1));
    putCapital(byte >> 4);
    putCapital(byte & 15);
  }
}

function putCapital(digit: u32): void {
  textCharacter(digit < 10 ? 0x30 + digit : 0x37 + digit);
}
