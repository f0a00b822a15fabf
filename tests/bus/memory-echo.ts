// The other process of the shared memory test: copies the block at 4096 to 8192 each time the word at 0 changes, and
// says so in the word at 4. Ends when the word is all ones, or when its parent is gone.
import { FileMemory } from '../../host/bus/file-memory.ts';

const memory = FileMemory.open(process.argv[2] ?? '');
const parent = process.ppid;
const block = new Uint8Array(4096);
for (let seen = 0; seen !== 0xffffffff && process.ppid === parent;) {
  const word = memory.read32(0);
  if (word === seen) continue;
  seen = word;
  memory.read(4096, block);
  memory.write(8192, block);
  memory.write32(4, seen);
}
memory.close();
