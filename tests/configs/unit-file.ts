// systemd's unit files as far as the tests need them: sections, keys, and what a service unit makes of an exit code
// (systemd.service(5): SuccessExitStatus=, Restart=, RestartPreventExitStatus=).

export type Unit = ReadonlyMap<string, readonly string[]>;

/** Values by `Section.Key`, in their order. Comments only on lines of their own, as in the real thing. */
export function parseUnit(text: string): Unit {
  const unit = new Map<string, string[]>();
  let section = '';
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const head = /^\[(\w+)\]$/.exec(line);
    const pair = /^(\w+)=(.*)$/.exec(line);
    if (head) section = head[1] ?? '';
    else if (pair) unit.set(`${section}.${pair[1]}`, [...unit.get(`${section}.${pair[1]}`) ?? [], pair[2] ?? '']);
    else throw new Error(`no line of a unit file: ${JSON.stringify(line)}`);
  }
  return unit;
}

export function valueOf(unit: Unit, key: string): string {
  const values = unit.get(key);
  if (values?.length !== 1) throw new Error(`expected ${key} once, got ${values?.length ?? 0} of them`);
  return values[0] as string;
}

const numbersOf = (unit: Unit, key: string): number[] => (unit.get(key) ?? []).flatMap((value) => value.split(/\s+/)).map(Number);

/** What systemd does when the service's process has ended with this exit code. */
export function afterExit(unit: Unit, code: number): 'success' | 'restart' | 'failed' {
  if (code === 0 || numbersOf(unit, 'Service.SuccessExitStatus').includes(code)) return 'success';
  if (valueOf(unit, 'Service.Restart') !== 'on-failure') throw new Error('only Restart=on-failure is known here');
  return numbersOf(unit, 'Service.RestartPreventExitStatus').includes(code) ? 'failed' : 'restart';
}
