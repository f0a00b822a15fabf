// The commands around signatures: make a key pair, sign an image, verify one. None of them ever asks anything.
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { readAttached, refuseOtherAttached, writeAttached } from '../trust/attached-signature.ts';
import { type Command, type CommandOption, JSON_OPTION, type OptionValues, textOf, usage } from './command.ts';
import { digestImageFile, readSignature, refuseOtherFile, writeSignature } from '../trust/image-file.ts';
import { KEY_LIMITS } from '../trust/key-derivation.ts';
import { checkPassword, readPassword, readPublicKey, readSecretKey, refuseExistingKeys, writeKeyPair } from '../trust/key-files.ts';
import { formatPublicKey, keyIdText } from '../trust/public-key.ts';
import { makeSecretKey, type Protection, unlockSecretKey } from '../trust/secret-key.ts';
import { signImage, type Statement } from '../trust/sign.ts';
import { checkField, type TrustedComment } from '../trust/trusted-comment.ts';
import { verifyImage } from '../trust/verify.ts';

export const PASSWORD_VARIABLE = 'FERRY_KEY_PASSWORD';
export const PASSWORD_OPTION: CommandOption = {
  name: 'password-file', value: 'FILE', text: `the key's password is in this file (default: $${PASSWORD_VARIABLE})`,
};
const SIGNATURE_OPTION: CommandOption = { name: 'signature', value: 'FILE', text: 'the signature file (default: IMAGE.minisig)' };

/** The value of an option that must be there. */
export function required(values: OptionValues, command: string, name: string, value: string): string {
  const given = textOf(values, name);
  if (given === undefined || given === '') throw usage(`ferry ${command}: expected --${name} ${value}, got none`, command);
  return given;
}

/** The one image of the command line. */
function imageOf(command: string, operands: readonly string[]): string {
  const [image] = operands;
  if (operands.length === 1 && image !== undefined && image !== '') return image;
  throw usage(`ferry ${command}: expected one IMAGE, got ${operands.length === 0 ? 'none' : operands.map((one) => JSON.stringify(one)).join(' ')}`, command);
}

/** Where the signature lies or will lie. */
function signaturePathOf(command: string, values: OptionValues, image: string): string {
  const path = textOf(values, 'signature') ?? `${image}.minisig`;
  if (path !== '' && resolve(path) !== resolve(image)) return path;
  throw usage(`ferry ${command}: expected a signature file beside the image, got ${path === '' ? 'none' : 'the image itself'}`, command);
}

/** Where the image goes with its signature attached, if it is asked for. */
function attachedPathOf(values: OptionValues, image: string, signature: string): string | undefined {
  const path = textOf(values, 'attach');
  if (path === undefined || (path !== '' && ![image, signature].some((other) => resolve(other) === resolve(path)))) return path;
  throw usage(`ferry sign: expected --attach FILE, a file of its own, got ${path === '' ? 'none' : path}`, 'sign');
}

/** The password of a secret key: from a file, or from the environment. */
export function passwordOf(values: OptionValues): Uint8Array | undefined {
  const file = textOf(values, 'password-file');
  if (file !== undefined) return readPassword(file);
  const variable = process.env[PASSWORD_VARIABLE];
  return variable === undefined ? undefined : checkPassword(Buffer.from(variable, 'utf8'), `$${PASSWORD_VARIABLE}`);
}

/** One object for a script, or lines for people. */
export function tell(values: OptionValues, event: string, fields: Readonly<Record<string, unknown>>, lines: readonly string[]): void {
  process.stdout.write(values['json'] === true ? `${JSON.stringify({ event, ...fields })}\n` : `${lines.join('\n')}\n`);
}

const commentLines = (comment: TrustedComment): string[] => [
  `  component  ${comment.component}`, `  platform   ${comment.platform}`, `  version    ${comment.version}`,
  `  security   ${comment.security}`, `  size       ${comment.size} bytes`, `  sha256     ${comment.sha256}`,
];

function protectionOf(values: OptionValues): Protection | undefined {
  if (values['no-password'] === true) {
    if (values['password-file'] !== undefined) throw usage('ferry keygen: expected --password-file or --no-password, got both', 'keygen');
    return undefined;
  }
  const password = passwordOf(values);
  if (password === undefined) throw usage(`ferry keygen: expected --password-file FILE, $${PASSWORD_VARIABLE} or --no-password, got none`, 'keygen');
  if (password.length === 0) throw usage('ferry keygen: expected a password, got an empty one; --no-password makes a key without one', 'keygen');
  return { password, salt: randomBytes(32), limits: KEY_LIMITS };
}

const keygen: Command = {
  name: 'keygen',
  summary: 'make a key pair for signing images',
  text: [
    'Makes a secret key file, readable by its owner only, and the public key beside it: NAME.key and NAME.pub. Both are',
    'minisign\'s: its own tools can use them. A file that exists is never overwritten. There is no prompt for a password.',
    'With a password, the key costs 1 GiB of memory and some seconds at each use: so does every guess.',
  ],
  options: [
    { name: 'key', value: 'FILE', text: 'the secret key file to make' },
    PASSWORD_OPTION,
    { name: 'no-password', text: 'do not encrypt the secret key: whoever reads the file can sign' },
    JSON_OPTION,
  ],
  examples: [
    ['ferry keygen --key release.key --password-file password', 'release.key and release.pub'],
    ['ferry keygen --key lab.key --no-password', 'for trying'],
  ],
  async run(values) {
    const key = required(values, 'keygen', 'key', 'FILE');
    const publicPath = `${key.endsWith('.key') && !/(^|[/\\])\.key$/.test(key) ? key.slice(0, -4) : key}.pub`;
    const protection = protectionOf(values);
    refuseExistingKeys([key, publicPath]);
    const made = makeSecretKey(key, randomBytes(8), randomBytes(32), protection);
    writeKeyPair(key, made.file, publicPath, formatPublicKey(made.key.publicKey));
    const { keyId } = made.key.publicKey;
    tell(values, 'key-made', { keyId, key, publicKey: publicPath, encrypted: protection !== undefined }, [
      `key ${keyId} made`,
      `  secret  ${key}  (${protection === undefined ? 'not encrypted: whoever reads it can sign' : 'encrypted'}; keep it secret, and a copy of it)`,
      `  public  ${publicPath}  (for the devices and people that verify)`,
    ]);
    return 0;
  },
};

/** What the command line says of the image; every value is checked before anything is read. */
function statementOf(values: OptionValues): Statement {
  const field = (name: keyof Statement, value: string): string =>
    checkField(name, required(values, 'sign', name, value), `--${name}`, (what) => { throw usage(what, 'sign'); });
  return { component: field('component', 'NAME'), platform: field('platform', 'NAME'), version: field('version', 'VERSION'), security: Number(field('security', 'NUMBER')) };
}

const sign: Command = {
  name: 'sign',
  summary: 'sign an image',
  text: [
    'Writes IMAGE.minisig: a prehashed minisign signature whose trusted comment says component, platform, version and',
    'security number as given, and size and SHA-256 of the image. An older signature file is replaced. With --attach, a copy',
    'of the image that carries its signature is written too, for ways on which only one file goes: fwupd, a Redfish push.',
  ],
  operands: 'IMAGE',
  options: [
    { name: 'key', value: 'FILE', text: 'the secret key file' },
    PASSWORD_OPTION,
    { name: 'component', value: 'NAME', text: 'the component that the image is for' },
    { name: 'platform', value: 'NAME', text: 'the platform (board) that it is for' },
    { name: 'version', value: 'VERSION', text: 'its version' },
    { name: 'security', value: 'NUMBER', text: 'its security number: devices refuse a lower one than they have had' },
    SIGNATURE_OPTION,
    { name: 'attach', value: 'FILE', text: 'write the image and its signature as one file, too' },
    JSON_OPTION,
  ],
  examples: [
    ['ferry sign --key release.key --component bmc --platform ferry-q35 --version 2.4.1 --security 3 bmc.bin', 'bmc.bin.minisig'],
    ['ferry sign --key release.key --component bmc --platform ferry-q35 --version 2.4.1 --security 3 --attach bmc.signed bmc.bin', 'bmc.signed, too'],
  ],
  async run(values, operands) {
    const path = required(values, 'sign', 'key', 'FILE');
    const statement = statementOf(values);
    const imagePath = imageOf('sign', operands);
    const signaturePath = signaturePathOf('sign', values, imagePath);
    const attachedPath = attachedPathOf(values, imagePath, signaturePath);
    const secret = readSecretKey(path);
    const password = secret.limits === undefined ? undefined : passwordOf(values);
    if (secret.limits !== undefined && password === undefined) {
      throw usage(`ferry sign: ${path} is encrypted: expected --password-file FILE or $${PASSWORD_VARIABLE}, got none`, 'sign');
    }
    refuseOtherFile(signaturePath);
    if (attachedPath !== undefined) refuseOtherAttached(attachedPath);
    const image = digestImageFile(imagePath);
    if (image.size === 0) throw usage(`${imagePath}: expected an image, got an empty file`, 'sign');
    const key = unlockSecretKey(secret, password);
    const { file, comment } = signImage(image, statement, key, signaturePath);
    writeSignature(signaturePath, file);
    if (attachedPath !== undefined) writeAttached(imagePath, image.size, file, attachedPath);
    const attached = attachedPath === undefined ? {} : { attached: attachedPath };
    tell(values, 'image-signed', { image: imagePath, signature: signaturePath, ...attached, keyId: key.publicKey.keyId, ...comment }, [
      `${imagePath} signed with key ${key.publicKey.keyId}: ${signaturePath}${attachedPath === undefined ? '' : ` and ${attachedPath}`}`, ...commentLines(comment),
    ]);
    return 0;
  },
};

const verify: Command = {
  name: 'verify',
  summary: 'check an image against its signature and say what was signed',
  text: [
    'Checks the signature, the trusted comment\'s signature, and that size and SHA-256 in the comment are those of the image.',
    'An image with its signature attached is checked by that one, unless --signature names another.',
    'Exit code 0 when all of it is right, 1 when the image is not to be trusted, 64 when the command line or the key is wrong.',
  ],
  operands: 'IMAGE',
  options: [{ name: 'key', value: 'PUB', text: 'the public key file of who should have signed it' }, SIGNATURE_OPTION, JSON_OPTION],
  examples: [
    ['ferry verify --key release.pub bmc.bin', 'with bmc.bin.minisig'],
    ['ferry verify --key release.pub --json bmc.bin', 'for a script'],
  ],
  async run(values, operands) {
    const imagePath = imageOf('verify', operands);
    const key = readPublicKey(required(values, 'verify', 'key', 'PUB'));
    const attached = textOf(values, 'signature') === undefined ? readAttached(imagePath) : undefined;
    const { image, signature } = attached ?? { image: digestImageFile(imagePath), signature: readSignature(signaturePathOf('verify', values, imagePath)) };
    const comment = verifyImage(image, signature, [key]);
    tell(values, 'image-verified', { image: imagePath, signature: signature.name, keyId: keyIdText(key.keyIdBytes), ...comment }, [
      `${imagePath} is what key ${key.keyId} has signed`, ...commentLines(comment),
    ]);
    return 0;
  },
};

export const TRUST_COMMANDS: readonly Command[] = [keygen, sign, verify];
