// From a file that has come and what its sender says of it to the image that is given to the device: which component and
// version it is, from its signature when it has one. What can be told early is refused here, with words; the device
// judges everything itself.
import { FerryError } from '../../error.ts';
import { readAttachment } from '../../trust/attached-signature.ts';
import { parseSignature } from '../../trust/signature.ts';
import { checkField, parseTrustedComment, type TrustedComment } from '../../trust/trusted-comment.ts';
import type { ManagementIdentity, PushRequest } from '../management.ts';
import { message } from './message.ts';
import { RedfishError, refusal } from './redfish-error.ts';
import { memberPath } from './software-inventory.ts';
import type { SpooledFile } from './upload-spool.ts';
import type { UpdateParameters } from './update-parameters.ts';

/** What came, besides the file itself. */
export interface ImageArrival {
  /** The file's name at the sender, for messages. */
  readonly name: string;
  /** A .minisig file that came beside it. */
  readonly signature: Uint8Array | undefined;
  readonly parameters: UpdateParameters;
  readonly user: string;
}

type Statement = Pick<TrustedComment, 'component' | 'version' | 'size' | 'sha256'>;

/** The image as it is pushed. Throws a `RedfishError` that says what is wrong with it. */
export async function readImage(file: SpooledFile, arrival: ImageArrival, identity: ManagementIdentity): Promise<PushRequest> {
  const { imageSize, signature } = splitFile(file, arrival);
  if (imageSize === 0) throw wrongImage(arrival, 'the image: expected bytes, got an empty file');
  const said = signature === undefined ? undefined : statementOf(signature, arrival, identity);
  if (said !== undefined && said.size !== imageSize) throw wrongImage(arrival, `the image: expected the ${said.size} bytes that were signed, got ${imageSize}`);
  const sha256 = await file.sha256(imageSize);
  if (said !== undefined && said.sha256 !== sha256) throw wrongImage(arrival, `the image: expected the SHA-256 ${said.sha256}, which was signed, got ${sha256}`);
  const { component, version } = said ?? unsigned(arrival, identity);
  const { activate, allow } = arrival.parameters;
  return { user: arrival.user, component, version, size: imageSize, sha256, signature, allow, activate, read: file.read };
}

/** The signature is attached or came beside; not both. */
function splitFile(file: SpooledFile, arrival: ImageArrival): { imageSize: number; signature: Uint8Array | undefined } {
  const attached = refusing(arrival, () => readAttachment(file.read, file.size, arrival.name));
  if (attached === undefined) return { imageSize: file.size, signature: arrival.signature };
  if (arrival.signature !== undefined) throw wrongImage(arrival, 'the signature: expected one, got one attached to the image and one beside it');
  return attached;
}

/** What the signature says, not yet proved. */
function statementOf(signature: Uint8Array, arrival: ImageArrival, identity: ManagementIdentity): Statement {
  const name = `${arrival.name}.minisig`;
  const comment = refusing(arrival, () => parseTrustedComment(parseSignature(signature, name).comment, name));
  if (comment.platform !== identity.platform) throw wrongImage(arrival, `the platform: expected ${identity.platform}, got an image that was signed for ${comment.platform}`);
  const { component } = arrival.parameters;
  if (component !== undefined && component !== comment.component) {
    throw refusal(400, 'PropertyValueConflict', ['Targets', 'UpdateFile'], {
      property: '#/Targets', resolution: `Targets names ${component}, the image was signed for ${comment.component}; nothing was changed.`,
    });
  }
  return comment;
}

/** Only in lab mode: the sender says what the image is. */
function unsigned(arrival: ImageArrival, identity: ManagementIdentity): { component: string; version: string } {
  if (!identity.labMode) {
    throw wrongImage(arrival, 'the signature: expected one attached to the image or beside it (part OemFerrySignature), got none', 'Sign it: ferry sign --attach FILE.');
  }
  const { component, version } = arrival.parameters;
  if (component === undefined) throw refusal(400, 'PropertyMissing', ['Targets'], { property: '#/Targets', resolution: 'An image without a signature does not say what it is for: name its component in Targets.' });
  if (version === undefined) throw refusal(400, 'PropertyMissing', ['Oem/Ferry/Version'], { property: '#/Oem/Ferry/Version', resolution: 'An image without a signature does not say its version: name it in Oem.Ferry.Version.' });
  checkField('version', version, 'Oem/Ferry/Version', (what) => {
    throw refusal(400, 'PropertyValueFormatError', [version.slice(0, 64), 'Oem/Ferry/Version'], { property: '#/Oem/Ferry/Version', resolution: what });
  });
  return { component, version };
}

/** 400 with Update.VerificationFailed; the resolution says what exactly. */
function wrongImage(arrival: ImageArrival, what: string, next = 'Get the image again, or sign it with `ferry sign`.'): RedfishError {
  const target = arrival.parameters.component === undefined ? 'FirmwareInventory' : memberPath(arrival.parameters.component);
  return new RedfishError(400, [{ ...message('Update', 'VerificationFailed', arrival.name, target), Resolution: `${what}; nothing was changed. ${next}` }]);
}

/** Does what may throw about a signature file; its sentence goes to the client. */
function refusing<Value>(arrival: ImageArrival, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (error instanceof FerryError) throw wrongImage(arrival, error.message);
    throw error;
  }
}
