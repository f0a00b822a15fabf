// A checker of file systems, as fsck.fat is one, written from the specification and not with the code that is tested.

export interface Checked {
  /** Contents by path, `/` between names; a directory has a `/` at its end and nothing in it. */
  readonly files: Map<string, Buffer>;
  /** What a repair could only mend by taking something away from a file: clusters in two chains, chains that are too short. */
  readonly damage: readonly string[];
  /** What only a volume that was not closed has: lost clusters, copies that differ, names without a file, wrong counts. */
  readonly loose: readonly string[];
}

/** Checks a bare file system. */
export function check(image: Buffer): Checked {
  const is32 = image.readUInt16LE(22) === 0;
  const sector = image.readUInt16LE(11);
  const cluster = image.readUInt8(13) * sector;
  const tableStart = image.readUInt16LE(14) * sector;
  const tableSize = (is32 ? image.readUInt32LE(36) : image.readUInt16LE(22)) * sector;
  const tableCount = image.readUInt8(16);
  const rootStart = tableStart + tableCount * tableSize;
  const rootSize = image.readUInt16LE(17) * 32;
  const total = (image.readUInt16LE(19) || image.readUInt32LE(32)) * sector;
  const dataStart = rootStart + rootSize;
  const count = Math.floor((total - dataStart) / cluster);
  const width = is32 ? 32 : count < 4085 ? 12 : 16;
  const last = { 12: 0xff8, 16: 0xfff8, 32: 0x0ffffff8 }[width];
  const next = (number: number): number => {
    if (width === 32) return image.readUInt32LE(tableStart + number * 4) & 0x0fffffff;
    if (width === 16) return image.readUInt16LE(tableStart + number * 2);
    const both = image.readUInt16LE(tableStart + Math.floor(number * 1.5));
    return number % 2 ? both >> 4 : both & 0xfff;
  };
  const damage: string[] = [];
  const loose: string[] = [];
  const files = new Map<string, Buffer>();
  const owner = new Map<number, string>();

  const chain = (first: number, path: string): Buffer => {
    const pieces: Buffer[] = [];
    for (let at = first; at !== 0 && at < last;) {
      if (at < 2 || at > count + 1) {
        damage.push(`${path}: cluster ${at} is none`);
        break;
      }
      if (owner.has(at)) {
        damage.push(`${path}: cluster ${at} belongs to ${owner.get(at)} too`);
        break;
      }
      const following = next(at);
      if (following === 0) {
        loose.push(`${path}: its chain runs into the free cluster ${at}`);
        break;
      }
      owner.set(at, path);
      pieces.push(image.subarray(dataStart + (at - 2) * cluster, dataStart + (at - 1) * cluster));
      at = following;
    }
    return Buffer.concat(pieces);
  };

  const walk = (bytes: Buffer, path: string): void => {
    let long: { name: string; sum: number; next: number } | undefined;
    const seen = new Set<string>();
    for (let at = 0; at + 32 <= bytes.length && bytes[at] !== 0; at += 32) {
      const slot = bytes.subarray(at, at + 32);
      if (slot[0] === 0xe5 || (slot.readUInt8(11) & 0x3f) === 0x0f) {
        if (slot[0] !== 0xe5 && slot.readUInt8(0) & 0x40) long = { name: '', sum: slot.readUInt8(13), next: slot.readUInt8(0) & 0x3f };
        if (slot[0] === 0xe5 || !long || (slot.readUInt8(0) & 0x3f) !== long.next || slot.readUInt8(13) !== long.sum) {
          if (slot[0] !== 0xe5 || long) loose.push(`${path}: a part of a long name without its file`);
          long = undefined;
          continue;
        }
        const text = Buffer.concat([slot.subarray(1, 11), slot.subarray(14, 26), slot.subarray(28, 32)]).toString('utf16le');
        long = { name: text.split('\0')[0] + long.name, sum: long.sum, next: long.next - 1 };
        continue;
      }
      if (slot.readUInt8(11) & 0x08) continue;
      const short = slot.toString('latin1', 0, 11);
      const sum = [...slot.subarray(0, 11)].reduce((value, byte) => (((value & 1) << 7) + (value >> 1) + byte) & 0xff, 0);
      if (long && (long.next !== 0 || long.sum !== sum)) loose.push(`${path}: a long name that does not belong to ${short}`);
      const name = long && long.next === 0 && long.sum === sum ? long.name : [short.slice(0, 8).trimEnd(), short.slice(8).trimEnd()].filter(Boolean).join('.');
      long = undefined;
      if (short.startsWith('.')) continue;
      if (seen.has(short)) damage.push(`${path}: two entries are called ${short}`);
      seen.add(short);
      const first = (is32 ? slot.readUInt16LE(20) * 65536 : 0) + slot.readUInt16LE(26);
      const content = chain(first, path + name);
      if (slot.readUInt8(11) & 0x10) {
        files.set(`${path}${name}/`, Buffer.alloc(0));
        if (content.length === 0 || content[0] !== 0x2e) damage.push(`${path}${name}: a directory without its dots`);
        walk(content, `${path}${name}/`);
        continue;
      }
      const size = slot.readUInt32LE(28);
      if (content.length < size) damage.push(`${path}${name}: ${size} bytes, its chain has ${content.length}`);
      if (content.length - size >= cluster) loose.push(`${path}${name}: its chain is longer than its ${size} bytes`);
      files.set(path + name, Buffer.from(content.subarray(0, size)));
    }
    const end = bytes.findIndex((byte, at) => at % 32 === 0 && byte === 0);
    if (end >= 0 && bytes.subarray(end).some((byte) => byte !== 0)) loose.push(`${path}: something lies behind the end of the directory`);
    if (long) loose.push(`${path}: a long name without its file at the end`);
  };
  walk(is32 ? chain(image.readUInt32LE(44), '') : image.subarray(rootStart, rootStart + rootSize), '');

  let free = 0;
  let lost = 0;
  for (let number = 2; number < count + 2; number++) {
    if (next(number) === 0) free++;
    else if (!owner.has(number)) lost++;
  }
  if (lost > 0) loose.push(`${lost} lost clusters`);
  for (let table = 1; table < tableCount; table++) {
    const copy = tableStart + table * tableSize;
    if (!image.subarray(tableStart, tableStart + tableSize).equals(image.subarray(copy, copy + tableSize))) loose.push('the allocation tables differ');
  }
  if (is32 && image.readUInt32LE(image.readUInt16LE(48) * sector + 488) !== free) loose.push('FSInfo has a wrong count');
  if (image.readUInt8(is32 ? 65 : 37) & 1) loose.push('it is marked as in use');
  return { files, damage, loose };
}

/**
 * The damage that is not from a file that was being renamed: for a moment it is there under both names, the same clusters
 * twice and both whole. `renamed` matches the names of such files.
 */
export function damageBeside(damage: readonly string[], renamed: RegExp): string[] {
  const shared = damage.flatMap((text) => {
    const { path, other } = /^(?<path>[^:]*): cluster \d+ belongs to (?<other>.*) too$/.exec(text)?.groups ?? {};
    return path !== undefined && renamed.test(path) && renamed.test(other ?? '') ? [path] : [];
  });
  return damage.filter((text) => !shared.includes(text.replace(/:[^]*$/, '')));
}
