// Whether the management controller takes an image, judged by its signature file before any byte of it arrives. Pure:
// keys, board and offer come in as values.
//
//   signature file   there · four lines · prehashed                signature-missing, signature-invalid
//   key              trusted and not revoked                       key-not-trusted
//   trusted comment  signed by that key · its six fields           signature-invalid
//   what it says     this platform · exactly what is offered       wrong-platform, signature-mismatch
//   security number  not below what the component has reached      security-too-low
//
// Lab mode takes an image without a signature, and one by a key that the board does not know: whoever can leave a
// signature away gains nothing by a strange one. Both count as security number 0, whatever an unproved comment claims, so
// that a stranger can not raise the number and lock the owner out. Everything else is refused in lab mode too: a
// signature that does not fit is a mistake, a revoked key is an attack.
import { FerryError } from '../../error.ts';
import type { PublicKey } from '../../trust/public-key.ts';
import { parseSignature, type Signature } from '../../trust/signature.ts';
import { shown } from '../../trust/text-lines.ts';
import { parseTrustedComment, type TrustedComment } from '../../trust/trusted-comment.ts';
import { verifyComment } from '../../trust/verify.ts';
import { ImageProof } from './image-proof.ts';

/** An image as it is announced. */
export interface Offer {
  readonly component: string;
  readonly version: string;
  /** Bytes. */
  readonly size: number;
  /** 64 hexadecimal digits in lower case. */
  readonly sha256: string;
}

export interface Board {
  readonly platform: string;
  /** The security number that the offered component has reached. */
  readonly floor: number;
}

export interface Trust {
  readonly keys: readonly PublicKey[];
  /** Key ids, as minisign prints them. Stronger than `keys`. */
  readonly revoked: readonly string[];
  /** Images are taken without a signature. */
  readonly labMode: boolean;
}

/** Words of the core's `Completion`. */
export type RefusalWord = 'signature-missing' | 'signature-invalid' | 'key-not-trusted' | 'wrong-platform' | 'signature-mismatch' | 'security-too-low';

export interface Accepted {
  readonly ok: true;
  /** What the component's number rises to once the image is committed; 0 where nobody trusted has said one. */
  readonly security: number;
  /** To be fed with the image's bytes before they are written to flash. Undefined when there is no trusted signature: lab mode. */
  readonly proof: ImageProof | undefined;
  /** One sentence for the log when the image is taken only because of lab mode. */
  readonly note: string | undefined;
}

export interface Refused {
  readonly ok: false;
  readonly completion: RefusalWord;
  /** One sentence: what was wrong, expected and got. */
  readonly text: string;
}

export type Verdict = Accepted | Refused;

const NAME = 'signature';

/** Judges an offer by the signature file that came with it. Never throws: whatever the bytes are, the answer is a verdict. */
export function judgeOffer(offer: Offer, board: Board, signatureFile: Uint8Array | undefined, trust: Trust): Verdict {
  if (signatureFile === undefined) return judgeUnsigned(offer, board, trust);
  const signature = attempt(() => parseSignature(signatureFile, NAME));
  if (isRefused(signature)) return signature;
  if (trust.revoked.includes(signature.keyId)) return refused('key-not-trusted', `${NAME}: key: expected a trusted one, got ${signature.keyId}, which has been revoked`);
  const key = trust.keys.find(({ keyId }) => keyId === signature.keyId);
  if (key === undefined && !trust.labMode) return refused('key-not-trusted', `${NAME}: key: expected ${idsOf(trust)}, got ${signature.keyId}`);
  const comment = attempt(() => (key === undefined ? parseTrustedComment(signature.comment, NAME) : verifyComment(signature, [key])));
  if (isRefused(comment)) return comment;
  const differing = judgeComment(comment, offer, board);
  if (differing !== undefined) return differing;
  return key === undefined ? judgeUnknownKey(offer, board, signature) : { ok: true, security: comment.security, proof: new ImageProof(nameOf(offer), signature, key), note: undefined };
}

function judgeUnsigned(offer: Offer, { floor }: Board, { labMode }: Trust): Verdict {
  if (!labMode) return refused('signature-missing', `${nameOf(offer)}: expected a signature, got none`);
  if (floor > 0) return refused('security-too-low', `${nameOf(offer)}: security number: expected at least ${floor}, got an image without a signature, which counts as 0`);
  return { ok: true, security: 0, proof: undefined, note: `lab mode: ${nameOf(offer)} is taken without a signature: nobody knows who made it` };
}

function judgeUnknownKey(offer: Offer, { floor }: Board, { keyId }: Signature): Verdict {
  if (floor > 0) return refused('security-too-low', `${nameOf(offer)}: security number: expected at least ${floor}, got a signature by the unknown key ${keyId}, which counts as 0`);
  return { ok: true, security: 0, proof: undefined, note: `lab mode: ${nameOf(offer)} is taken with a signature by the unknown key ${keyId}, which proves nothing: nobody knows who made it` };
}

/** What a comment says against what is offered and to whom. */
function judgeComment(comment: TrustedComment, offer: Offer, { platform, floor }: Board): Refused | undefined {
  if (comment.platform !== platform) {
    return refused('wrong-platform', `${nameOf(offer)}: platform: expected ${shown(platform)}, which this board is, got ${shown(comment.platform)}, which was signed`);
  }
  for (const field of ['component', 'version', 'size', 'sha256'] as const) {
    if (comment[field] === offer[field]) continue;
    return refused('signature-mismatch', `${nameOf(offer)}: ${field}: expected ${written(comment[field])}, which was signed, got ${written(offer[field])}, which is offered`);
  }
  if (comment.security >= floor) return undefined;
  return refused('security-too-low', `${nameOf(offer)}: security number: expected at least ${floor}, which the component has reached, got ${comment.security}`);
}

const refused = (completion: RefusalWord, what: string): Refused => ({ ok: false, completion, text: `${what}; the image is not trusted` });
const isRefused = (value: object): value is Refused => 'ok' in value && value.ok === false;
const nameOf = ({ component, version }: Offer): string => [component, version].map(printable).join(' ');
const printable = (text: string): string => (/^[\x21-\x7e]{1,64}$/.test(text) ? text : shown(text));
const written = (value: string | number): string => (typeof value === 'number' ? `${value}` : printable(value));
const idsOf = ({ keys, revoked }: Trust): string => keys.map(({ keyId }) => keyId).filter((keyId) => !revoked.includes(keyId)).join(' or ') || 'no key at all (the board trusts none)';

/** What reading answers; a complaint about the file becomes a refusal. */
function attempt<T extends object>(read: () => T): T | Refused {
  try {
    return read();
  } catch (error) {
    if (error instanceof FerryError) return { ok: false, completion: 'signature-invalid', text: error.message };
    throw error;
  }
}
