/** The version of this release; the same as in package.json and ferry.wasm, which a test holds. */
export const VERSION = '0.1.0';
