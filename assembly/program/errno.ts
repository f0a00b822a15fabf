/** WASI's error numbers as people know them: "EIO (29)". */
import { errnoToString } from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";
import { textCharacter, textLiteral, textNumber } from "./text";

/** The highest number of WASI preview 1. */
const LAST: u32 = 76;

/** A piece of text: the name and the number. */
export function textErrno(error: u32): void {
  if (error <= LAST) {
    textCharacter(0x45);
    textLiteral(errnoToString(<u16>error));
  } else {
    textLiteral("an error that WASI does not name");
  }
  textLiteral(" (");
  textNumber(error);
  textCharacter(0x29);
}
