// A signature file as minisign writes it:
//
//   untrusted comment: <free text; signed by nobody, so it is checked for form and never used>
//   base64( "ED" | key id 8 | signature 64 over BLAKE2b-512 of the image )
//   trusted comment: <signed text>
//   base64( signature 64 over the signature above and the trusted comment's text )
import { KEY_ID_SIZE, COMMENT_LIMIT, keyIdText } from './public-key.ts';
import { base64Of, commentOf, complainer, linesOf, shown, TRUSTED_COMMENT, UNTRUSTED_COMMENT } from './text-lines.ts';

export const SIGNATURE_SIZE = 64;
const PREHASHED = 'ED';
/** Over the file itself, as minisign before 0.10 and signify make them: the whole image would have to lie in memory. */
const LEGACY = 'Ed';
const TRUSTED_COMMENT_LIMIT = 8192;

export interface Signature {
  /** Where it is from, for messages. */
  readonly name: string;
  /** The key that has made it, as minisign prints it. Not to be believed before the signature has been verified. */
  readonly keyId: string;
  readonly keyIdBytes: Uint8Array;
  /** Over the BLAKE2b-512 digest of the image. */
  readonly imageSignature: Uint8Array;
  /** The text after `trusted comment: `. Not to be believed before the signature has been verified. */
  readonly comment: string;
  /** Over `imageSignature` and the comment. */
  readonly commentSignature: Uint8Array;
}

/** What a signature is to be over, for messages. */
export interface SignedMatter {
  /** What is true after a failure. */
  readonly now: string;
  readonly hint: string;
}

const IMAGE: SignedMatter = { now: 'the image is not trusted', hint: 'get the signature file again, or sign the image with `ferry sign`' };

/** What `commentSignature` is made over. */
export function commentMessage(imageSignature: Uint8Array, comment: string): Buffer {
  return Buffer.concat([imageSignature, Buffer.from(comment, 'utf8')]);
}

/** Reads a signature file; no cryptography yet. `signature-invalid` says which line is wrong. */
export function parseSignature(file: Uint8Array, name: string, over: SignedMatter = IMAGE): Signature {
  const complain = complainer('signature-invalid', name, over.now, over.hint, 1);
  const [untrusted = '', signed = '', trusted = '', global = ''] = linesOf(file, 4, complain);
  commentOf(untrusted, UNTRUSTED_COMMENT, COMMENT_LIMIT, 'line 1', complain);
  const bytes = base64Of(signed, 2 + KEY_ID_SIZE + SIGNATURE_SIZE, 'line 2', complain);
  const algorithm = bytes.toString('latin1', 0, 2);
  if (algorithm === LEGACY) return complain('line 2: expected a prehashed signature ("ED"), got a legacy one ("Ed", of minisign before 0.10 or -l)');
  if (algorithm !== PREHASHED) return complain(`line 2: expected the algorithm "ED", got ${shown(algorithm)}`);
  const comment = commentOf(trusted, TRUSTED_COMMENT, TRUSTED_COMMENT_LIMIT, 'line 3', complain);
  const keyIdBytes = bytes.subarray(2, 2 + KEY_ID_SIZE);
  return {
    name, keyId: keyIdText(keyIdBytes), keyIdBytes, imageSignature: bytes.subarray(2 + KEY_ID_SIZE), comment,
    commentSignature: base64Of(global, SIGNATURE_SIZE, 'line 4', complain),
  };
}

/** The signature file. */
export function formatSignature(signature: Omit<Signature, 'name' | 'keyId'>): string {
  const signed = Buffer.concat([Buffer.from(PREHASHED), signature.keyIdBytes, signature.imageSignature]);
  return `${UNTRUSTED_COMMENT}signature from ferry secret key\n${signed.toString('base64')}\n`
    + `${TRUSTED_COMMENT}${signature.comment}\n${Buffer.from(signature.commentSignature).toString('base64')}\n`;
}
