// The command that donates images to machines that ask for one.
import { type Command, JSON_OPTION, numberOf, textOf, textsOf, usage } from './command.ts';

const donor: Command = {
  name: 'donor',
  summary: 'donate images to machines whose firmware is broken or old',
  text: [
    'A management console that only donates. It verifies every image of a directory that has a signature beside it, once,',
    'when it starts; machines on the same network that ask for one of them are offered it and get it uploaded. It never',
    'tells what it has. Nothing beyond this machine is listened to unless an interface is named. SIGTERM and Ctrl-C end it.',
  ],
  options: [
    { name: 'images', value: 'DIR', text: 'images, each with its IMAGE.minisig beside it' },
    { name: 'trust', value: 'KEY.pub', repeatable: true, text: 'offer what this minisign key has signed; can be given more than once' },
    { name: 'group-key', value: 'FILE', text: 'answer only machines that have this key, 64 hexadecimal digits (default: answer everyone)' },
    { name: 'listen-interface', value: 'NAME', repeatable: true, text: 'the network interface, for example eth0 (default: lo, this machine only)' },
    { name: 'port', value: 'NUMBER', text: 'the UDP port on which machines ask (default: 7989)' },
    { name: 'upload-port', value: 'NUMBER', text: 'the TCP port of uploads, for a firewall (default: any that is free)' },
    { name: 'rate', value: 'KIB', text: 'upload no more than so many KiB a second, all uploads together; at least 32 (default: no limit)' },
    JSON_OPTION,
  ],
  examples: [
    ['ferry donor --images images --trust release.pub', 'on this machine only, to try it'],
    ['ferry donor --images images --trust release.pub --group-key group.key --listen-interface eth0', 'for the machines on eth0'],
  ],
  async run(values) {
    const [directory, trust] = [textOf(values, 'images'), textsOf(values, 'trust')];
    if (directory === undefined || directory === '') throw usage('ferry donor: expected --images DIR, got none', 'donor');
    if (trust.length === 0) throw usage('ferry donor: expected --trust KEY.pub, got none', 'donor');
    const { readPublicKey } = await import('../trust/key-files.ts');
    const { readGroupKey } = await import('../recovery/peers/group-key.ts');
    const { runDonor } = await import('../recovery/peers/donor-run.ts');
    const { LOOPBACK } = await import('../recovery/links/link-settings.ts');
    const [keyFile, interfaces, rate] = [textOf(values, 'group-key'), textsOf(values, 'listen-interface'), numberOf(values, 'rate', 32, 10_000_000)];
    const [port, uploadPort] = [numberOf(values, 'port', 1024, 65_535), numberOf(values, 'upload-port', 1024, 65_535)];
    return runDonor({
      directory, keys: trust.map(readPublicKey), key: keyFile === undefined ? undefined : readGroupKey(keyFile),
      linkSettings: { link: 'lan', interfaces: interfaces.length === 0 ? [LOOPBACK] : interfaces, ...(port === undefined ? {} : { port }), ...(uploadPort === undefined ? {} : { uploadPort }) },
      json: values['json'] === true, ...(rate === undefined ? {} : { ratePerSecond: rate * 1024 }),
    });
  },
};

export const DONOR_COMMANDS: readonly Command[] = [donor];
