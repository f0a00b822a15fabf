// The command that donates images to machines that ask for one.
import type { LinkSettings } from '../recovery/links/link-settings.ts';
import { type Command, JSON_OPTION, numberOf, type OptionValues, textOf, textsOf, usage } from './command.ts';

/** The links that the options name. */
async function linkSettingsOf(values: OptionValues): Promise<LinkSettings> {
  const { HIGHEST_BAUD, isLineKind, lineSettings, LINK_KINDS, LOOPBACK, LOWEST_BAUD, readAddress } = await import('../recovery/links/link-settings.ts');
  const [tty, kind, addressText] = [textOf(values, 'tty'), textOf(values, 'link'), textOf(values, 'address')];
  const link = LINK_KINDS.find((one) => one === (kind ?? (tty === undefined ? 'lan' : 'icmb')));
  if (link === undefined) throw usage(`ferry donor: expected --link ${LINK_KINDS.join(' or ')}, got ${kind}`, 'donor');
  const [interfaces, port, uploadPort] = [textsOf(values, 'listen-interface'), numberOf(values, 'port', 1024, 65_535), numberOf(values, 'upload-port', 1024, 65_535)];
  if (tty === undefined) {
    if (link === 'icmb') throw usage('ferry donor: expected --tty PATH with --link icmb, got none', 'donor');
    if (addressText !== undefined || values['baud'] !== undefined) throw usage('ferry donor: expected --baud and --address with --tty only, got them without', 'donor');
    return { link, interfaces: interfaces.length === 0 ? [LOOPBACK] : interfaces, ...(port === undefined ? {} : { port }), ...(uploadPort === undefined ? {} : { uploadPort }) };
  }
  if (!isLineKind(link)) throw usage(`ferry donor: expected --link icmb or bluetooth with --tty, got ${link}`, 'donor');
  if (interfaces.length > 0 || port !== undefined || uploadPort !== undefined) throw usage('ferry donor: expected --tty or network options (--listen-interface, --port, --upload-port), got both', 'donor');
  const address = addressText === undefined ? undefined : readAddress(addressText);
  if (address === undefined && (addressText !== undefined || link === 'icmb')) throw usage(`ferry donor: expected --address 0x0001 to 0xfffe, got ${addressText ?? 'none'}`, 'donor');
  return { link, interfaces: [], line: lineSettings(link, tty, numberOf(values, 'baud', LOWEST_BAUD, HIGHEST_BAUD), address) };
}

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
    { name: 'link', value: 'KIND', text: 'what kind of link it is: lan, wireless, icmb or bluetooth (default: lan; icmb with --tty)' },
    { name: 'tty', value: 'PATH', text: 'a serial line instead of a network interface: an ICMB-like bus, or an RFCOMM channel with --link bluetooth' },
    { name: 'baud', value: 'RATE', text: 'the rate of the serial line (default: 19200; bluetooth: 115200)' },
    { name: 'address', value: 'NUMBER', text: 'the address on the bus, 0x0001 to 0xfffe, another one for each machine; an ICMB-like bus needs it' },
    { name: 'rate', value: 'KIB', text: 'upload no more than so many KiB a second, all uploads together (default: no limit)' },
    JSON_OPTION,
  ],
  examples: [
    ['ferry donor --images images --trust release.pub', 'on this machine only, to try it'],
    ['ferry donor --images images --trust release.pub --group-key group.key --listen-interface eth0', 'for the machines on eth0'],
    ['ferry donor --images images --trust release.pub --tty /dev/ttyUSB0 --link icmb --address 0x0010', 'on a serial bus'],
  ],
  async run(values) {
    const [directory, trust] = [textOf(values, 'images'), textsOf(values, 'trust')];
    if (directory === undefined || directory === '') throw usage('ferry donor: expected --images DIR, got none', 'donor');
    if (trust.length === 0) throw usage('ferry donor: expected --trust KEY.pub, got none', 'donor');
    const { readPublicKey } = await import('../trust/key-files.ts');
    const { readGroupKey } = await import('../recovery/peers/group-key.ts');
    const { runDonor } = await import('../recovery/peers/donor-run.ts');
    const [keyFile, rate] = [textOf(values, 'group-key'), numberOf(values, 'rate', 1, 10_000_000)];
    return runDonor({
      directory, keys: trust.map(readPublicKey), key: keyFile === undefined ? undefined : readGroupKey(keyFile),
      linkSettings: await linkSettingsOf(values), json: values['json'] === true, ...(rate === undefined ? {} : { ratePerSecond: rate * 1024 }),
    });
  },
};

export const DONOR_COMMANDS: readonly Command[] = [donor];
