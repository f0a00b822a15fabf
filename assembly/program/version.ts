/** The version of the program; package.json carries the same. */
export const VERSION: string = "0.1.0";
