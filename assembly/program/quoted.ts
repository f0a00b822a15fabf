/** Something found in a file or on the command line, as an error shows it. */
import { textBytes, textCharacter, textLiteral } from "./text";

/** At most this many bytes of something found are shown; the rest is of no use to the reader. */
const SHOWN: u32 = 80;

/** Bytes in quotation marks, a long run of them cut between two characters. */
export function textQuoted(at: usize, size: u32): void {
  let shown: u32 = size;
  if (size > SHOWN) {
    shown = SHOWN;
    while (shown > SHOWN - 4 && (<u32>load<u8>(at + <usize>shown) & 0xc0) == 0x80) shown--;
  }
  textCharacter(0x22);
  textBytes(at, shown);
  if (shown < size) textLiteral("...");
  textCharacter(0x22);
}
