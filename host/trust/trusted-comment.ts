// What a signature says about its image, so that an offer can be judged before the image's bytes arrive:
//
//   component=bmc platform=ferry-q35 version=2.4.1 security=3 size=33554432 sha256=<64 hexadecimal digits>
//
// These six fields, in this order, with one space between them and one way to write each value.
import { complainer, shown, type Complain } from './text-lines.ts';

export interface TrustedComment {
  readonly component: string;
  readonly platform: string;
  readonly version: string;
  /** The security number: the device refuses one below its own. */
  readonly security: number;
  /** Bytes of the image. */
  readonly size: number;
  /** Of the image, in hexadecimal. */
  readonly sha256: string;
}

type Field = keyof TrustedComment;

interface FieldRule {
  /** What the value must look like, for messages. */
  readonly rule: string;
  isGood(value: string): boolean;
}

const HIGHEST = 0xffffffff;
/** The number after it stands for "none" in the slot records. */
const HIGHEST_SECURITY = HIGHEST - 1;
const isNumber = (value: string, lowest: number): boolean => /^(0|[1-9]\d{0,9})$/.test(value) && Number(value) >= lowest && Number(value) <= HIGHEST;
/** Names and versions are those that the protocol carries (assembly/wire/text.ts); a signed version may not be empty. */
const name: FieldRule = { rule: '1 to 15 of a-z, 0-9 and "-"', isGood: (value) => /^[a-z0-9-]{1,15}$/.test(value) };

const RULES: Readonly<Record<Field, FieldRule>> = {
  component: name,
  platform: name,
  version: { rule: '1 to 31 printable ASCII characters without space', isGood: (value) => /^[\x21-\x7e]{1,31}$/.test(value) },
  security: { rule: `a whole number from 0 to ${HIGHEST_SECURITY}`, isGood: (value) => isNumber(value, 0) && Number(value) <= HIGHEST_SECURITY },
  size: { rule: `a number of bytes from 1 to ${HIGHEST}`, isGood: (value) => isNumber(value, 1) },
  sha256: { rule: '64 hexadecimal digits in lower case', isGood: (value) => /^[0-9a-f]{64}$/.test(value) },
};

/** In the order in which they must stand. */
const FIELDS = Object.keys(RULES) as Field[];

/** Checks one value, from a comment or a command line. */
export function checkField(field: Field, value: string, where: string, complain: Complain): string {
  return RULES[field].isGood(value) ? value : complain(`${where}: expected ${RULES[field].rule}, got ${shown(value)}`);
}

/** Reads a trusted comment. `where` names it in messages; `signature-invalid` says which field is wrong. */
export function parseTrustedComment(comment: string, where: string): TrustedComment {
  const complain = complainer('signature-invalid', where, 'the image is not trusted', 'sign the image with `ferry sign`, which fills the trusted comment', 1);
  const parts = comment.split(' ');
  const values = FIELDS.map((field, index) => {
    const part = parts[index];
    if (part === undefined || !part.startsWith(`${field}=`)) {
      return complain(`trusted comment: expected "${field}=" in place ${index + 1} of ${FIELDS.length}, got ${part === undefined ? 'nothing' : shown(part)}`);
    }
    return checkField(field, part.slice(field.length + 1), `trusted comment: ${field}`, complain);
  });
  if (parts.length > FIELDS.length) return complain(`trusted comment: expected nothing after sha256, got ${shown(parts.slice(FIELDS.length).join(' '))}`);
  const [component = '', platform = '', version = '', security = '', size = '', sha256 = ''] = values;
  return { component, platform, version, security: Number(security), size: Number(size), sha256 };
}

/** The trusted comment's text. */
export function formatTrustedComment(comment: TrustedComment): string {
  return FIELDS.map((field) => `${field}=${comment[field]}`).join(' ');
}
