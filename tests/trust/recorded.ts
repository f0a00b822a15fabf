// Files that Debian's minisign 0.11 has made, for machines that don't have it. The keys sign nothing but this.

/** `minisign -G` where 60 MB of address space were allowed: less scrypt than usual, so that tests are quick. */
export const ENCRYPTED = {
  password: 'correct horse',
  keyId: '182175FE80C316A8',
  publicKey: `untrusted comment: minisign public key 182175FE80C316A8
RWSoFsOA/nUhGBQ34pf4/Axe29LzmN/ovksSJ8DLtVzXd/WrN5+HA881
`,
  secretKey: `untrusted comment: recorded: made by minisign 0.11 with little memory
RWRTY0IyW315PBZMXeJoB8afjXCUlNLT45El7sQ2uiRyQ4EpmQAAABAAAAAAAAAAAAIAAAAA7MSGe3QaD3mdJPGuFdlMptztJjxAK0TQTdhuRC9uUzVd8itvkybHuAomOUuh9I3Rn1CKCh0Ffmj9wBoXz21i6GVutzdhmQf8tqjRm5ocjtJcyIyzeo5BWso/Ir6wL4NtZ+fHRmo2lO0=
`,
};

/** `minisign -G -W`. */
export const PLAIN = {
  keyId: 'F2254601D71AE124',
  publicKey: `untrusted comment: minisign public key F2254601D71AE124
RWQk4RrXAUYl8q73nN+/YCBRypdyOAEiF16LpVuEcvUd9E1hmWTGWU2o
`,
  secretKey: `untrusted comment: minisign encrypted secret key
RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAJOEa1wFGJfJgFlJqmMxBjIb/D3WgSp+PTkL5UDl0/OaiPbo9F1piwK73nN+/YCBRypdyOAEiF16LpVuEcvUd9E1hmWTGWU2oAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
`,
};

export const IMAGE = Buffer.from('ferry test image\n');

/** `minisign -S -t 'component=…'` with PLAIN. */
export const SIGNATURE = `untrusted comment: signature from minisign secret key
RUQk4RrXAUYl8th3rOeq6PtSnjXy2BViGf+pHOBBoiA2jNkmtCWseaqhZNGiF2Mn/d3KTofgHGNfOW8rk/OkMe5BJeBHDPwKygw=
trusted comment: component=bios platform=ferry-q35 version=1.10.0 security=7 size=17 sha256=24d4509fb60598468108d66b3b01966ebade907656a03f4103494c98a9a2e3d1
wpTKlY7F+XfEPNeFhwwyCRgfTepSlUoxbVzIqRLTlPjRk8QvAT71m48c9F6pbGsLHPbfcK2PRomxvOdPM2lrCA==
`;

/** The same with -l. */
export const LEGACY_SIGNATURE = `untrusted comment: signature from minisign secret key
RWQk4RrXAUYl8lAgeevRW+VjoWGnsQ6XhnDjCeOe1MaygSkc34AhDuZli/u5pgZY+9a64O3Hl9benfIcmrUjpQ9BN2YrM3Fe3gM=
trusted comment: x
pttkCJCOmToqUjBBvRU2FPqk+e/A5FHw4x99pE6ZBeJ4/8F5dSnzuY+fTmmR0dCrMTQHfelmtUr1MCM6YvfsDA==
`;

/** Without -t: what minisign says by itself. */
export const DEFAULT_SIGNATURE = `untrusted comment: signature from minisign secret key
RUQk4RrXAUYl8th3rOeq6PtSnjXy2BViGf+pHOBBoiA2jNkmtCWseaqhZNGiF2Mn/d3KTofgHGNfOW8rk/OkMe5BJeBHDPwKygw=
trusted comment: timestamp:1795230374\tfile:img\thashed
kLzFr4ijJij6ek2kHnaliUoJkxrA4aRgSXaHSK/YilQUdraBjv2MBXZzMxJeIVnSQE8onCk4j5hYPUppDoR1DA==
`;
