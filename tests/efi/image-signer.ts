// Keys and signatures for tests, made with node:crypto in the form that minisign gives them.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { formatPublicKey, publicKeyOf, type PublicKey } from '../../host/trust/public-key.ts';
import { commentMessage, formatSignature } from '../../host/trust/signature.ts';

export interface Signer {
  readonly key: PublicKey;
  /** The public key file. */
  readonly keyFile: string;
  /** The signature file for an image. */
  sign(image: Uint8Array, comment?: string): string;
}

/** A new key. */
export function newSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = publicKeyOf('test key', randomBytes(8), publicKey.export({ type: 'spki', format: 'der' }).subarray(-32));
  return {
    key, keyFile: formatPublicKey(key),
    sign(image, comment = 'a test image') {
      const imageSignature = sign(null, createHash('blake2b512').update(image).digest(), privateKey);
      return formatSignature({ keyIdBytes: key.keyIdBytes, imageSignature, comment, commentSignature: sign(null, commentMessage(imageSignature, comment), privateKey) });
    },
  };
}
