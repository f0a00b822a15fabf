// `ferry trust`: the keys that a management controller trusts, and the signed lists that change them.
import { type Command, JSON_OPTION, machineOf, type OptionValues, textOf, usage } from './command.ts';
import { listPathOf, listSignatureOf, makeKeyList, signKeyListFile } from './key-list-actions.ts';
import { PASSWORD_OPTION, tell } from './trust-commands.ts';
import { readListFile } from '../bmc/trust/key-list-file.ts';
import { applyOffline, changeText, readTrust } from '../bmc/trust/offline.ts';
import { type PublicKey, publicKeyLine } from '../trust/public-key.ts';

const NOTHING_TO_DO = 2;

interface Action {
  /** The options that it has a use for, but for --json. */
  readonly options: readonly string[];
  run(values: OptionValues, operands: readonly string[]): number;
}

const stateOf = (values: OptionValues): string => textOf(values, 'state') ?? machineOf(values);

const ACTIONS: Readonly<Record<string, Action>> = {
  show: { options: ['state'], run: show },
  make: { options: ['platform', 'sequence', 'trust', 'revoke', 'key', 'password-file', 'signature'], run: makeKeyList },
  sign: { options: ['key', 'password-file', 'signature'], run: signKeyListFile },
  apply: { options: ['state', 'signature'], run: apply },
};

const trust: Command = {
  name: 'trust',
  summary: 'the keys that a management controller trusts, and lists that change them',
  text: [
    'show   says which keys the controller of a state directory trusts, and which are revoked; it may run meanwhile.',
    'make   writes a key list: the keys that boards of a platform trust from now on, these and no others, and the ones that',
    '       they never trust again. With --key it is signed, too.',
    'sign   signs a list, LIST.minisig, with a key that the boards trust now. Images are signed with `ferry sign`.',
    'apply  gives a signed list to the controller of a state directory, which must not run meanwhile: all of it or nothing.',
    '       Exit code 2 when exactly this list is in effect.',
    'The first keys of a board are pinned by `ferry bmc --trust FILE.pub`. A list needs a higher sequence number than the one',
    'before. A key that is left out may come back later; a key that was revoked never does, nor does its key id.',
  ],
  operands: 'show|make|sign|apply [LIST]',
  options: [
    { name: 'state', value: 'DIR', text: 'show, apply: the state directory (default: $FERRY_MACHINE, or machine)' },
    { name: 'platform', value: 'NAME', text: 'make: the platform of the boards' },
    { name: 'sequence', value: 'NUMBER', text: 'make: the number of the list, higher than that of every list before' },
    { name: 'trust', value: 'FILE.pub', repeatable: true, text: 'make: a key that is trusted from now on (once for each)' },
    { name: 'revoke', value: 'FILE.pub', repeatable: true, text: 'make: a key that is never trusted again (once for each)' },
    { name: 'key', value: 'FILE', text: 'make, sign: the secret key that signs the list' },
    PASSWORD_OPTION,
    { name: 'signature', value: 'FILE', text: 'make, sign, apply: the signature file (default: LIST.minisig)' },
    JSON_OPTION,
  ],
  examples: [
    ['ferry trust show --state machine', ''],
    ['ferry trust make --platform ferry-q35 --sequence 1 --trust old.pub --trust new.pub --key old.key 1.keys', 'a second key'],
    ['ferry trust make --platform ferry-q35 --sequence 2 --trust new.pub --revoke old.pub --key new.key 2.keys', 'the first one was stolen'],
    ['ferry trust apply --state machine 2.keys', 'with 2.keys.minisig beside it'],
  ],
  async run(values, [name, ...operands]) {
    const action = Object.hasOwn(ACTIONS, name ?? '') ? ACTIONS[name ?? ''] : undefined;
    if (action === undefined) throw usage(`ferry trust: expected ${Object.keys(ACTIONS).join(', ')}, got ${name === undefined ? 'nothing' : JSON.stringify(name)}`, 'trust');
    const other = Object.keys(values).find((option) => option !== 'json' && !action.options.includes(option));
    if (other !== undefined) throw usage(`ferry trust ${name}: expected ${action.options.map((option) => `--${option}`).join(', ')}, got --${other}`, 'trust');
    return action.run(values, operands);
  },
};

function show(values: OptionValues, operands: readonly string[]): number {
  if (operands.length > 0) throw usage(`ferry trust show: expected no more words, got ${JSON.stringify(operands[0])}`, 'trust');
  const { state, path } = readTrust(stateOf(values));
  const facts = (keys: readonly PublicKey[] = []): { keyId: string; publicKey: string }[] => keys.map((key) => ({ keyId: key.keyId, publicKey: publicKeyLine(key) }));
  const lines = (word: string, keys: readonly PublicKey[] = []): string[] => facts(keys).map(({ keyId, publicKey }) => `  ${word}  ${keyId}  ${publicKey}`);
  tell(values, 'trust', {
    path, platform: state?.platform ?? null, sequence: state?.sequence ?? 0, list: state?.list ?? null,
    keys: facts(state?.keys), revoked: facts(state?.revoked), pinned: facts(state?.pinned),
  }, state === undefined
    ? [`${path}: no key is pinned: this board trusts nobody; \`ferry bmc --trust FILE.pub\` pins the first keys`]
    : [
        `${path}: platform ${state.platform}, ${state.list === undefined ? 'as pinned at the first start' : `key list ${state.sequence}, sha256 ${state.list}`}`,
        ...lines('trusted', state.keys), ...lines('revoked', state.revoked), ...lines('pinned ', state.pinned),
      ]);
  return 0;
}

function apply(values: OptionValues, operands: readonly string[]): number {
  const path = listPathOf('apply', operands);
  const signaturePath = listSignatureOf('apply', values, path);
  const list = readListFile(path, 'a key list', 'give the path of the list that `ferry trust make` has written');
  const signature = readListFile(signaturePath, 'the signature of the list', 'put the signature file beside the list, or name it with --signature');
  const change = applyOffline(stateOf(values), list, signature, path, (message) => void process.stderr.write(`${message}\n`));
  if (change === undefined) {
    tell(values, 'key-list-unchanged', { list: path }, [`nothing to do: ${path} is in effect`]);
    return NOTHING_TO_DO;
  }
  tell(values, 'key-list-applied', { list: path, ...change }, [changeText(change)]);
  return 0;
}

export const TRUST_STORE_COMMANDS: readonly Command[] = [trust];
