// configs/boot-option.nsh, run once in the shell: what the firmware starts from then on.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { artifactPath } from '../../host/artifacts.ts';
import { VariableStore } from '../../host/efi/variable-store.ts';
import { VirtualMachine } from '../efi/virtual-machine.ts';

const SCRIPT = readFileSync(resolve(import.meta.dirname, '../../configs/boot-option.nsh'));

test('boot-option.nsh makes a boot option that starts ferry.wasm with its config before the OS', () => {
  const variables = new VariableStore();
  const files = { 'boot-option.nsh': SCRIPT, 'ferry.wasm': readFileSync(artifactPath('ferry.wasm')), 'ferry.ini': '[image bmc]\n' };
  const first = new VirtualMachine({ files, variables, lines: ['fs0:', 'boot-option.nsh', 'exit'] });
  expect(first.powerOn().kind).toBe('os');
  expect(first.console.output).toMatch(/Option: 00\. Variable: Boot\w{4}\s+Desc\s+- Ferry\n/);
  const second = new VirtualMachine({ files, variables });
  expect(second.powerOn()).toMatchObject({ kind: 'os', imageStatus: 64n });
  const [option, config, os] = ['"Ferry" from ', 'ferry.ini:1: ', '"Ferry OS" from '].map((text) => second.console.output.indexOf(text)) as [number, number, number];
  expect(option, second.console.output).toBeGreaterThan(0);
  expect(config, 'ferry.wasm has read its config').toBeGreaterThan(option);
  expect(os, 'and the OS is started after it').toBeGreaterThan(config);
});

test('boot-option.nsh changes nothing where there is no ferry.wasm', () => {
  const variables = new VariableStore();
  const machine = new VirtualMachine({ files: { 'boot-option.nsh': SCRIPT }, variables, lines: ['fs0:', 'boot-option.nsh', 'echo status %lasterror%', 'bcfg boot dump', 'exit'] });
  expect(machine.powerOn().kind).toBe('os');
  expect(machine.console.output).toContain('ferry: there is no ferry.wasm here. Nothing was changed.');
  expect(machine.console.output).toContain('status 0xE');
  expect(machine.console.output).not.toContain('- Ferry\n');
});
