import { beforeEach, describe, expect, it } from 'vitest';
import type { ControllerEvent } from '../../host/bmc/event-log.ts';
import { ServedFiles } from '../../host/bmc/host-files.ts';
import { type ServeOutcomeName, type ServeResponse, StorageWire } from '../../host/core/wire-storage.ts';

const wire = new StorageWire();
const never = new AbortController().signal;
let now: number;
let said: ControllerEvent[];
let files: ServedFiles;
let id = 0;

/** One request of the host's program, and what the controller wishes for next. */
function ask(answer: Partial<{ wish: number; outcome: ServeOutcomeName; offset: number; fileSize: number; bytes: Uint8Array }> = {}): ServeResponse {
  const message = wire.encodeRequest(++id, { wish: 0, outcome: 'Ok', offset: 0, fileSize: 0, bytes: new Uint8Array(0), ...answer });
  const response = files.answer(message);
  const decoded = wire.decodeResponse(response!);
  if (decoded.id !== id) throw new Error('no response to this request');
  return decoded.fields;
}

beforeEach(() => {
  [now, said] = [0, []];
  files = new ServedFiles({ nowMs: () => now }, (event) => said.push(event));
});

describe('files of the host', () => {
  it('nobody can be asked while no program serves them', async () => {
    await expect(files.read('bios.bin', 0, 10, never)).rejects.toThrow('no program on the host serves its storage');
    expect(ask()).toMatchObject({ completion: 'Ok', wish: 0, waitMs: 250 });
    expect(said.map(({ event }) => event)).toEqual(['storage-served']);
  });

  it('a wish goes out with the next response, and its answer settles it', async () => {
    ask();
    const read = files.read('bios.bin', 100, 4, never);
    const wish = ask();
    expect(wish).toMatchObject({ path: 'bios.bin', offset: 100, size: 4, waitMs: 0 });
    expect(ask(), 'until it is answered it is the same').toMatchObject({ wish: wish.wish });
    const next = ask({ wish: wish.wish, offset: 100, fileSize: 104, bytes: Buffer.from('four') });
    expect(next.wish).toBe(0);
    expect(await read).toEqual({ bytes: new Uint8Array(Buffer.from('four')), fileSize: 104 });
  });

  it('after a part of a file the next wish is asked for at once, for a second', async () => {
    ask();
    const read = files.read('bios.bin', 0, 4, never);
    expect(ask({ wish: ask().wish, fileSize: 104, bytes: Buffer.from('four') })).toMatchObject({ wish: 0, waitMs: 2 });
    await read;
    now += 999;
    expect(ask().waitMs).toBe(2);
    now += 1;
    expect(ask().waitMs).toBe(250);
  });

  it('a file that is not there is no failure, one that can not be read is', async () => {
    ask();
    const [missing, broken] = [files.read('a', 0, 1, never), files.read('b', 0, 1, never)];
    const second = ask({ wish: ask().wish, outcome: 'NotFound' });
    expect(second.path).toBe('b');
    ask({ wish: second.wish, outcome: 'Failed' });
    expect(await missing).toBeUndefined();
    await expect(broken).rejects.toThrow('b: the host could not read it');
  });

  it('more than was wished for, from elsewhere, or beyond the file\'s end is a lie', async () => {
    ask();
    for (const lie of [{ offset: 10, fileSize: 100, bytes: new Uint8Array(6) }, { offset: 9, fileSize: 100, bytes: new Uint8Array(5) }, { offset: 10, fileSize: 12, bytes: new Uint8Array(5) }]) {
      const read = files.read('bios.bin', 10, 5, never);
      ask({ wish: ask().wish, ...lie });
      await expect(read).rejects.toThrow('expected at most 5 bytes from 10 on');
    }
  });

  it('an answer to an old wish, said again, is passed over', async () => {
    ask();
    const first = files.read('a', 0, 1, never);
    const { wish } = ask();
    ask({ wish, fileSize: 1, bytes: new Uint8Array([1]) });
    const second = files.read('b', 0, 1, never);
    ask({ wish, fileSize: 1, bytes: new Uint8Array([9]) });
    ask({ wish: ask().wish, fileSize: 1, bytes: new Uint8Array([2]) });
    expect([(await first)?.bytes[0], (await second)?.bytes[0]]).toEqual([1, 2]);
  });

  it('a program that falls silent, and a host that loses its power, end every wish', async () => {
    ask();
    const silent = files.read('a', 0, 1, never);
    now += 10_001;
    files.poll();
    await expect(silent).rejects.toThrow('is gone');
    ask();
    const off = files.read('a', 0, 1, never);
    files.lose();
    await expect(off).rejects.toThrow('is gone');
    expect(said.map(({ event }) => event)).toEqual(['storage-served', 'storage-ended', 'storage-served', 'storage-ended']);
  });

  it('whoever gives a read up leaves no wish behind', async () => {
    ask();
    const stop = new AbortController();
    const read = files.read('a', 0, 1, stop.signal);
    stop.abort(new Error('enough'));
    await expect(read).rejects.toThrow('enough');
    expect(ask().wish).toBe(0);
  });

  it('other messages are none of these', () => {
    expect(files.answer(new Uint8Array(100))).toBeUndefined();
    expect(files.answer(new Uint8Array([0x46, 0x59, 3, 28, 1, 2, 3]))).toBeUndefined();
  });
});
