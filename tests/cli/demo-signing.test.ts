// The key and the signatures that the demo makes are what the tools for signatures make.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeSampleKey, writeSignedImage } from '../../host/cli/sample-signing.ts';
import { digestImageFile, readSignature } from '../../host/trust/image-file.ts';
import { readPublicKey } from '../../host/trust/key-files.ts';
import { verifyImage } from '../../host/trust/verify.ts';
import { scratchDirectory } from '../scratch-directory.ts';

const place = scratchDirectory();
afterAll(() => place.remove());

test('an image of the demo verifies with the public key that its board trusts; the secret key is its owner\'s alone', () => {
  const [secret, publicPath, image] = ['vendor.key', 'vendor.pub', 'bmc.bin'].map((name) => join(place.path, name)) as [string, string, string];
  const key = makeSampleKey(secret, publicPath);
  const statement = { component: 'bmc', platform: 'ferry-q35', version: '2.4.1', security: 2 };
  writeSignedImage(image, Buffer.alloc(3000, 'firmware '), statement, key);
  const comment = verifyImage(digestImageFile(image), readSignature(`${image}.minisig`), [readPublicKey(publicPath)]);
  expect(comment).toMatchObject({ ...statement, size: 3000 });
  expect(readFileSync(publicPath, 'utf8')).toContain(key.publicKey.keyId);
  expect(statSync(secret).mode & 0o777).toBe(0o600);
});
