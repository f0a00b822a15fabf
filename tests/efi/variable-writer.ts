// Writes two variables in turn for ever, each with a count, and says every count that is on the medium. Its test kills it.
import { writeSync } from 'node:fs';
import { openVariableStore } from '../../host/efi/nvram-file.ts';
import { VariableAttribute } from '../../host/efi/variable-store.ts';

const KEPT = VariableAttribute.nonVolatile | VariableAttribute.bootServiceAccess;
const store = openVariableStore(process.argv[2], (message) => { throw new Error(message); });
for (let count = 1; ; count++) {
  const data = Buffer.alloc(20_000);
  data.writeUInt32LE(count, 0);
  store.set('A', 'First', KEPT, data);
  store.set('A', 'Second', KEPT, data);
  writeSync(1, `${count}\n`);
}
