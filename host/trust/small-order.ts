// Points of Ed25519 whose order divides 8. Whoever puts one of them in the place of a key can make signatures that
// verify without any secret, and OpenSSL does not refuse them (RFC 8032 leaves it open; libsodium refuses).

/** The y coordinates, little endian: 0, 1, the two of order 8, p - 1, and p and p + 1, which mean 0 and 1 again. */
const SMALL_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

/** Is this key one that nobody owns? The top bit, the sign of x, makes no difference. */
export function isSmallOrder(key: Uint8Array): boolean {
  const y = Buffer.from(key);
  y[31] = (y[31] ?? 0) & 0x7f;
  return SMALL_ORDER.includes(y.toString('hex'));
}
