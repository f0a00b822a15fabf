// The host's end of the mailbox, as assembly/bus/README.md tells it, for tests of the device in one process.
import { Index, Register } from '../../host/bus/mailbox-registers.ts';
import { LocalMemory, type WordMemory } from '../../host/bus/shared-memory.ts';
import { REGISTERS_SIZE, WINDOW_SIZE } from '../../host/bus/management-function.ts';

export class MailboxHost {
  readonly registers: WordMemory;
  readonly window: WordMemory;
  #sendRing = 0;
  #sendSize = 0;
  #receiveRing = 0;
  #receiveSize = 0;
  #head = 0;
  #tail = 0;
  #doorbell = 0;

  constructor(registers: WordMemory = new LocalMemory(REGISTERS_SIZE), window: WordMemory = new LocalMemory(WINDOW_SIZE)) {
    this.registers = registers;
    this.window = window;
  }

  /** Asks for a reset of the mailbox. */
  askReset(number: number): void {
    this.registers.write32(Register.reset, number);
    this.ring();
  }

  /** What has become of it: done (the rings are known then), refused, or nothing yet. */
  resetAnswer(number: number): 'done' | 'refused' | undefined {
    if (this.register('resetRefused') === number) return 'refused';
    if (this.register('resetDone') !== number || this.register('ready') !== 1) return undefined;
    this.#sendRing = this.register('sendRing');
    this.#sendSize = this.register('sendSize');
    this.#receiveRing = this.register('receiveRing');
    this.#receiveSize = this.register('receiveSize');
    this.#head = 0;
    this.#tail = 0;
    return 'done';
  }

  register(name: keyof typeof Register): number {
    return this.registers.read32(Register[name]);
  }

  ring(): void {
    this.#doorbell = (this.#doorbell + 1) >>> 0;
    this.registers.write32(Register.doorbell, this.#doorbell);
  }

  /** Puts bytes into the send ring, whatever they are, and rings. False when there is no room. */
  send(message: Uint8Array): boolean {
    const room = Math.ceil(message.length / 8) * 8;
    const used = (this.#head - this.readIndex('sendTail')) >>> 0;
    if (this.#sendSize - used < room) return false;
    for (let done = 0; done < message.length;) {
      const at = (this.#head + done) % this.#sendSize;
      const count = Math.min(message.length - done, this.#sendSize - at);
      this.window.write(this.#sendRing + at, message.subarray(done, done + count));
      done += count;
    }
    this.#head = (this.#head + room) >>> 0;
    this.writeIndex('sendHead', this.#head);
    this.ring();
    return true;
  }

  /** Takes a message of `sizeOf` bytes out of the receive ring. */
  receive(sizeOf: (header: Uint8Array) => number): Uint8Array | undefined {
    if (this.readIndex('receiveHead') === this.#tail) return undefined;
    const size = sizeOf(this.#peek(16));
    const message = this.#peek(size);
    this.#tail = (this.#tail + Math.ceil(size / 8) * 8) >>> 0;
    this.writeIndex('receiveTail', this.#tail);
    return message;
  }

  readIndex(name: keyof typeof Index): number {
    return this.window.read32(Index[name]);
  }

  writeIndex(name: keyof typeof Index, value: number, inverted = ~value): void {
    this.window.write32(Index[name], value >>> 0);
    this.window.write32(Index[name] + 4, inverted >>> 0);
  }

  #peek(size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    for (let i = 0; i < size; i += 4) {
      const word = this.window.read32(this.#receiveRing + ((this.#tail + i) % this.#receiveSize));
      for (let k = 0; k < 4 && i + k < size; k++) bytes[i + k] = word >>> (8 * k);
    }
    return bytes;
  }
}
