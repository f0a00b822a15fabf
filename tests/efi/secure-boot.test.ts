import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { DevicePath } from '../../host/efi/device-path.ts';
import { SYSTEM_PARTITION } from '../../host/efi/devices.ts';
import { GLOBAL_VARIABLE, IMAGE_SECURITY_DATABASE } from '../../host/efi/guid.ts';
import { enrolKey, revocationOf, revoke } from '../../host/efi/secure-boot.ts';
import { decodeSignatures, encodeSignature } from '../../host/efi/signature-list.ts';
import { VariableAttribute, VariableStore } from '../../host/efi/variable-store.ts';
import { parsePublicKey } from '../../host/trust/public-key.ts';
import { runSeed, seeded } from '../random.ts';
import { statusOf } from './efi-status.ts';
import { newSigner, type Signer } from './image-signer.ts';
import { exitImage } from './test-images.ts';
import { temporaryDirectory, VirtualMachine } from './virtual-machine.ts';

const KEPT = VariableAttribute.nonVolatile | VariableAttribute.bootServiceAccess | VariableAttribute.runtimeAccess;
const image = exitImage(3);
const pathTo = (file: string): DevicePath => SYSTEM_PARTITION.append({ type: 'file', path: file });

/** A store in which these keys are enrolled. */
function enrolled(...signers: readonly Signer[]): VariableStore {
  const store = new VariableStore();
  for (const { key } of signers) enrolKey(store, key);
  return store;
}

/** How LoadImage judges `\a.wasm`, with this signature file beside it. */
function judge(variables: VariableStore, signature?: string | Uint8Array, bytes: Uint8Array = image): string {
  const machine = new VirtualMachine({ variables, files: { 'a.wasm': bytes, ...(signature === undefined ? {} : { 'a.wasm.minisig': signature }) } });
  const { system, handles, images, volume, pool } = machine.assemble();
  const before = [handles.locate().length, pool.count];
  const status = statusOf(() => system.bootServices.unloadImage(system.bootServices.loadImage(undefined, pathTo('\\a.wasm'))));
  expect([handles.locate().length, pool.count, images.count, volume?.openFileCount]).toEqual([...before, 0, 0]);
  return status;
}

describe('without an enrolled key', () => {
  it('every image starts, signed or not, and SecureBoot says 0', () => {
    const variables = new VariableStore();
    expect(judge(variables)).toBe('EFI_SUCCESS');
    expect(judge(variables, 'no signature at all')).toBe('EFI_SUCCESS');
    expect([variables.get(GLOBAL_VARIABLE, 'SecureBoot')?.data, variables.get(GLOBAL_VARIABLE, 'SetupMode')?.data]).toEqual([Uint8Array.of(0), Uint8Array.of(1)]);
  });
});

describe('with an enrolled key', () => {
  const [ours, theirs] = [newSigner(), newSigner()];

  it('an image that it has signed starts, whatever the trusted comment says', () => {
    expect(judge(enrolled(ours), ours.sign(image))).toBe('EFI_SUCCESS');
    expect(judge(enrolled(theirs, ours), ours.sign(image, 'another comment'))).toBe('EFI_SUCCESS');
  });

  it.each<[string, string | Uint8Array | undefined]>([
    ['no signature', undefined], ['a signature by another key', theirs.sign(image)], ['the signature of another image', ours.sign(exitImage(4))],
    ['an empty signature file', ''], ['bytes that are no signature', Uint8Array.of(0xff, 0xfe, 0)],
    ['another comment under the signature', ours.sign(image).replace('a test image', 'a best image')],
    ['line ends of another system', ours.sign(image).replaceAll('\n', '\r\n')],
  ])('an image with %s is EFI_SECURITY_VIOLATION', (_name, signature) => {
    expect(judge(enrolled(ours), signature)).toBe('EFI_SECURITY_VIOLATION');
  });

  it('an image or a signature with any bit changed does not start', () => {
    const seed = runSeed();
    const random = seeded(seed);
    const signature = Buffer.from(ours.sign(image));
    const signed = signature.indexOf('\n') + 1;
    for (let round = 0; round < 60; round++) {
      const target = Buffer.from(round % 2 === 0 ? image : signature);
      const lowest = round % 2 === 0 ? 4 : signed;
      const at = lowest + Math.floor(random() * (target.length - lowest - 1));
      target.writeUInt8(target.readUInt8(at) ^ (1 << Math.floor(random() * 8)), at);
      const status = round % 2 === 0 ? judge(enrolled(ours), signature, target) : judge(enrolled(ours), target);
      expect(status, `seed ${seed}, round ${round}, byte ${at}`).toBe('EFI_SECURITY_VIOLATION');
    }
  });

  it('what dbx revokes is EFI_ACCESS_DENIED: the key, or the digest of a signed image', () => {
    const byKey = enrolled(ours);
    revoke(byKey, revocationOf('ours.pub', Buffer.from(ours.keyFile)));
    expect(judge(byKey, ours.sign(image))).toBe('EFI_ACCESS_DENIED');
    const byDigest = enrolled(ours);
    revoke(byDigest, revocationOf('a.wasm', image));
    expect(judge(byDigest, ours.sign(image))).toBe('EFI_ACCESS_DENIED');
    expect(judge(byDigest, ours.sign(exitImage(4)), exitImage(4))).toBe('EFI_SUCCESS');
  });

  it('an unsigned image starts when db holds its digest', () => {
    const variables = new VariableStore();
    const digest = createHash('sha256').update(image).digest();
    variables.set(IMAGE_SECURITY_DATABASE, 'db', KEPT, encodeSignature({ kind: 'digest', digest }));
    enrolKey(variables, ours.key);
    expect(judge(variables)).toBe('EFI_SUCCESS');
    expect(judge(variables, undefined, exitImage(4))).toBe('EFI_SECURITY_VIOLATION');
  });

  it('the firmware says so, the shell tells the status, and the boot goes on', () => {
    const machine = new VirtualMachine({ variables: enrolled(ours), files: { 'a.wasm': image, 'startup.nsh': '@echo -off\nfs0:\na.wasm\necho lasterror %lasterror%\nexit' } });
    expect(machine.powerOn()).toEqual({ kind: 'os', imageStatus: 0x800000000000001an });
    expect(machine.console.output).toContain('Secure Boot is on');
    expect(machine.console.output).toContain('Security Violation: \\a.wasm is not signed: there is no \\a.wasm.minisig');
    expect(machine.console.output).toContain('lasterror 0x800000000000001A');
  });
});

describe('the variables', () => {
  const { key } = newSigner();
  const list = encodeSignature({ kind: 'key', keyId: key.keyIdBytes, key: key.bytes });

  it('in setup mode take signature lists and nothing else', () => {
    const { system: { runtimeServices: runtime } } = new VirtualMachine().assemble();
    const set = (name: string, guid: string, data: Uint8Array): string => statusOf(() => runtime.setVariable(name, guid, KEPT, data));
    expect(set('db', IMAGE_SECURITY_DATABASE, Uint8Array.of(1, 2, 3))).toBe('EFI_INVALID_PARAMETER');
    expect(set('db', IMAGE_SECURITY_DATABASE, list)).toBe('EFI_SUCCESS');
    expect(set('db', GLOBAL_VARIABLE, Uint8Array.of(1, 2, 3))).toBe('EFI_SUCCESS');
  });

  it('can not be changed by what runs on the machine once a key is enrolled, nor SecureBoot ever', () => {
    const variables = new VariableStore();
    enrolKey(variables, key);
    const { system: { runtimeServices: runtime } } = new VirtualMachine({ variables }).assemble();
    for (const [name, guid] of [['PK', GLOBAL_VARIABLE], ['db', IMAGE_SECURITY_DATABASE], ['dbx', IMAGE_SECURITY_DATABASE]] as const) {
      for (const data of [list, new Uint8Array(0)]) expect(statusOf(() => runtime.setVariable(name, guid, KEPT, data)), name).toBe('EFI_SECURITY_VIOLATION');
    }
    expect(statusOf(() => runtime.setVariable('SecureBoot', GLOBAL_VARIABLE, 6, Uint8Array.of(0)))).toBe('EFI_WRITE_PROTECTED');
    expect([runtime.getVariable('SecureBoot', GLOBAL_VARIABLE).data, runtime.getVariable('SetupMode', GLOBAL_VARIABLE).data]).toEqual([Uint8Array.of(1), Uint8Array.of(0)]);
  });

  it('enrolling and revoking twice is once', () => {
    const variables = new VariableStore();
    for (let round = 0; round < 2; round++) {
      enrolKey(variables, key);
      revoke(variables, revocationOf('a.wasm', image));
    }
    expect(['db', 'dbx'].map((name) => decodeSignatures(variables.get(IMAGE_SECURITY_DATABASE, name)?.data as Uint8Array).length)).toEqual([1, 1]);
  });

  it('signature lists that are cut or changed are refused, never read past their end', () => {
    for (let size = 1; size < list.length; size++) expect(statusOf(() => decodeSignatures(list.subarray(0, size))), `${size} bytes`).toBe('EFI_INVALID_PARAMETER');
    for (let at = 0; at < 28; at++) {
      const changed = Buffer.from(list);
      changed.writeUInt8(changed.readUInt8(at) ^ 0x80, at);
      expect(statusOf(() => decodeSignatures(changed)), `byte ${at}`).toBe('EFI_INVALID_PARAMETER');
    }
  });
});

const missing = existsSync('/usr/bin/minisign') ? [] : ['minisign'];
const required = process.env['FERRY_REQUIRE_PEERS'] === '1';
const name = 'an image signed by Debian\'s minisign starts with its key enrolled';

test.skipIf(missing.length > 0 && !required)(missing.length > 0 ? `${name} (skipped: apt-get install ${missing.join(' ')})` : name, () => {
  expect(missing, 'packages that are needed here').toEqual([]);
  const directory = temporaryDirectory();
  const [key, secret, file] = ['key.pub', 'key', 'a.wasm'].map((part) => join(directory, part)) as [string, string, string];
  writeFileSync(file, image);
  execFileSync('minisign', ['-G', '-W', '-p', key, '-s', secret]);
  execFileSync('minisign', ['-S', '-s', secret, '-m', file, '-t', 'updater 1.0']);
  const variables = new VariableStore();
  enrolKey(variables, parsePublicKey(readFileSync(key), 'key.pub'));
  const signature = readFileSync(`${file}.minisig`);
  expect(judge(variables, signature)).toBe('EFI_SUCCESS');
  expect(judge(variables, signature, exitImage(4))).toBe('EFI_SECURITY_VIOLATION');
  execFileSync('minisign', ['-S', '-l', '-s', secret, '-m', file]);
  expect(judge(variables, readFileSync(`${file}.minisig`))).toBe('EFI_SECURITY_VIOLATION');
});
