// Configs that the tests of this folder start from.
import type { Files } from '../program/ferry-run.ts';

/** A whole config of one image, with lines for [upgrade] and for [image bmc] put in. */
export function oneImage(upgrade = '', image = ''): string {
  return `[upgrade]\n${upgrade}\n[image bmc]\nfile = bmc.bin\ncomponent = bmc\nversion = 2.4.1\n${image}\n`;
}

/** The volume that goes with it. */
export const images: Files = { 'bmc.bin': 'the BMC’s firmware', 'bios.bin': 'the BIOS' };
