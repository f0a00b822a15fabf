// A process that writes upgrades into a history until it is killed: `node written.mjs DIRECTORY`.
import { UpgradeHistory } from '../../../host/bmc/history/upgrade-history.ts';
import { goodUpgrade } from './upgrade-events.ts';

const [directory = ''] = process.argv.slice(2);
const history = UpgradeHistory.open({ directory, segmentLimit: 8192, segmentsKept: 3, complain: (message) => { throw new Error(message); } });
process.stdout.write('begun\n');
for (let index = 1; ; index++) {
  for (const event of goodUpgrade(index.toString(16).padStart(8, '0'))) history.add(event);
}
