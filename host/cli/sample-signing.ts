// Signs the demo's images as a vendor would: a key pair of its own, and IMAGE.minisig beside each image.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { digestImage } from '../trust/image-digest.ts';
import { writeSignature } from '../trust/image-file.ts';
import { writeKeyPair } from '../trust/key-files.ts';
import { formatPublicKey } from '../trust/public-key.ts';
import { makeSecretKey, type SigningKey } from '../trust/secret-key.ts';
import { signImage, type Statement } from '../trust/sign.ts';

/** Makes a key pair without a password: NAME.key and NAME.pub. */
export function makeSampleKey(secretPath: string, publicPath: string): SigningKey {
  const { key, file } = makeSecretKey(secretPath, randomBytes(8), randomBytes(32), undefined);
  writeKeyPair(secretPath, file, publicPath, formatPublicKey(key.publicKey));
  return key;
}

/** Writes an image and its signature beside it. */
export function writeSignedImage(path: string, image: Uint8Array, statement: Statement, key: SigningKey): void {
  const signaturePath = `${path}.minisig`;
  writeFileSync(path, image);
  writeSignature(signaturePath, signImage(digestImage(image, path), statement, key, signaturePath).file);
}
