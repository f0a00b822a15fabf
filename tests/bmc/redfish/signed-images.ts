// Images for the played board, signed with the tests' key.
import { attachment } from '../../../host/trust/attached-signature.ts';
import { digestImage } from '../../../host/trust/image-digest.ts';
import { type Statement, signImage } from '../../../host/trust/sign.ts';
import { key, testImage } from '../../trust/signed-image.ts';
import { PLATFORM } from './played-board.ts';

export interface SignedFile {
  readonly image: Buffer;
  readonly signature: Buffer;
  /** Both as one file. */
  readonly whole: Buffer;
  readonly sha256: string;
}

export function signedFile(size = 40_000, statement: Partial<Statement> = {}): SignedFile {
  const image = testImage(size);
  const digest = digestImage(image, 'bmc.bin');
  const { file } = signImage(digest, { component: 'bmc', platform: PLATFORM, version: '2.4.1', security: 3, ...statement }, key, 'bmc.bin.minisig');
  const signature = Buffer.from(file);
  return { image, signature, whole: Buffer.concat([image, attachment(signature)]), sha256: digest.sha256 };
}
