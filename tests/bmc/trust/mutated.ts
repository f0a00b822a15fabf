/** Changes a few bytes of a file of lines: set, flipped, removed, doubled, inserted, or whole lines removed, doubled and exchanged. */
export function mutated(file: Buffer, random: () => number): Buffer {
  const upTo = (end: number): number => Math.floor(random() * end);
  let bytes = Buffer.from(file);
  for (let count = 1 + upTo(3); count > 0; count--) {
    if (bytes.length === 0) return bytes;
    const at = upTo(bytes.length);
    const end = Math.min(bytes.length, at + 1 + upTo(12));
    const lines = bytes.toString('latin1').split('\n');
    const [one, other] = [upTo(lines.length), upTo(lines.length)];
    switch (upTo(9)) {
      case 0: bytes[at] = upTo(256); break;
      case 1: bytes[at] = (bytes[at] ?? 0) ^ (1 << upTo(8)); break;
      case 2: bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]); break;
      case 3: bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]); break;
      case 4: bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([upTo(256)]), bytes.subarray(at)]); break;
      case 5: bytes[at] = 0x30 + upTo(10); break;
      case 6: bytes = Buffer.from(lines.filter((_, index) => index !== one).join('\n'), 'latin1'); break;
      case 7: bytes = Buffer.from([...lines.slice(0, one), lines[other] ?? '', ...lines.slice(one)].join('\n'), 'latin1'); break;
      default: bytes = Buffer.from(lines.map((line, index) => (index === one ? lines[other] ?? '' : index === other ? lines[one] ?? '' : line)).join('\n'), 'latin1');
    }
  }
  return bytes;
}
