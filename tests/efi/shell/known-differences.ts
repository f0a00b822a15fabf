// Where this shell's session differs from the recorded one of the EDK II shell, in the order of the session. The list is
// exact: a difference more or less fails the test. Every reason is a row of host/efi/README.md.
import type { Difference } from './session.ts';

/** A difference, and the words of host/efi/README.md that give its reason. */
export interface KnownDifference extends Difference {
  readonly reason: string;
}

const OWN_VARIABLES = 'the variables `nonesting`, `debuglasterror` and `profiles`';
const REVISION = '`uefiversion` is 2.100';
const ERROR_FUNCTION = '`efierror(14)` is `0x800000000000000E`';
const BROKEN_IMAGE = 'an image that can not be loaded sets `%lasterror%` with the error bit';
const NO_BLOCK_MAPPINGS = '`map` shows file systems only';
const FAILURE_IS_TOLD = '`map NAME`, `cd` and `bcfg` that fail set `%lasterror%`';
const NO_MEM = 'no alias `mem`';
const OTHER_OPTIONS = 'the machine has two boot options';
const OPEN_QUOTE = 'a quotation mark that is not closed is said';
const SEMICOLON = 'a line that begins with `;` is a comment';

const FILE_SYSTEM = { real: ['      FS0: Alias(s):HD0a65535a1:;BLK1:'], ours: ['      FS0: Alias(s):HD0a65535a1:'], reason: NO_BLOCK_MAPPINGS } as const;

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  { real: ['nonesting = False', 'debuglasterror = 0x0'], ours: [], reason: OWN_VARIABLES },
  { real: ['profiles = ;Driver1;Debug1;network1;network2;'], ours: [], reason: OWN_VARIABLES },
  { real: ['uefiversion = 2.70'], ours: ['uefiversion = 2.100'], reason: REVISION },
  { real: [], ours: ['efierror'], reason: ERROR_FUNCTION },
  {
    real: ['Script Error Status: Unsupported (line number 1)'],
    ours: ["'FS0:\\bad.efi' is not recognized as an executable image: expected a WebAssembly module.", 'never'], reason: BROKEN_IMAGE,
  },
  FILE_SYSTEM,
  { real: ['     BLK0: Alias(s):', '          PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)'], ours: [], reason: NO_BLOCK_MAPPINGS },
  FILE_SYSTEM,
  FILE_SYSTEM,
  { real: ['0x0'], ours: ['0xE'], reason: FAILURE_IS_TOLD },
  { real: ['         mem:dmem'], ours: [], reason: NO_MEM },
  { real: ['0x0'], ours: ['0xE'], reason: FAILURE_IS_TOLD },
  {
    real: ['  00000000: 02 00                                            *..*', 'Target = 0003.', 'bcfg: Add Boot0003 as 1', 'bcfg: Numbers must be under 4.'],
    ours: ['  00000000: 00 00                                            *..*', 'Target = 0002.', 'bcfg: Add Boot0002 as 1', 'bcfg: Numbers must be under 3.'],
    reason: OTHER_OPTIONS,
  },
  { real: ['0x0'], ours: ['0x2'], reason: FAILURE_IS_TOLD },
  { real: [], ours: ['echo "not closed: a quotation mark is not closed'], reason: OPEN_QUOTE },
  { real: ["';' is not recognized as an internal or external command, operable program, or script file."], ours: [], reason: SEMICOLON },
];
