// Messages to everyone: made, sealed with the group key if there is one, and read back when nothing is wrong with them.
import type { RecoveryMessage, RecoveryMessageName, RecoveryMessages } from '../../core/wire-recovery-messages.ts';
import type { RecoveryWire } from '../../core/wire-recovery.ts';
import { type GroupKey, seal, tagSize, unseal } from './group-key.ts';

/** No message to everyone is longer: a report and its tag. */
const LIMIT = 16 + 92 + 16 + 64;

/** The bytes of a message to everyone. */
export function makeDatagram<Name extends RecoveryMessageName>(wire: RecoveryWire, key: GroupKey | undefined, name: Name, fields: RecoveryMessages[Name]): Uint8Array {
  return seal(key, wire.encode(name, 0, fields));
}

/** The message, or undefined when it is noise, forged, or of another group. */
export function readDatagram(wire: RecoveryWire, key: GroupKey | undefined, sealed: Uint8Array): RecoveryMessage | undefined {
  if (sealed.length > LIMIT + tagSize(key)) return undefined;
  const bytes = unseal(key, sealed);
  return bytes === undefined ? undefined : wire.decode(bytes).message;
}
