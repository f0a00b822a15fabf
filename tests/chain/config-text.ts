// The config of the chain's tests: both images, a report, and the settings of one test.

export const chainConfig = (version: string, settings: string): string => `[upgrade]
report = report.json
${settings}
[image bmc]
file = bmc.bin
component = bmc
version = ${version}
[image bios]
file = bios.bin
component = bios
version = ${version}
`;
