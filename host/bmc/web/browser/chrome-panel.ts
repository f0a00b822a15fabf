// What stands around the board: whose it is, the lab mode, the connection, the way out.
import type { ConnectionView } from '../view/connection.ts';
import type { BoardJson } from '../view/snapshot.ts';
import { byId, setData, setHidden, setText } from './elements.ts';

export function showBoard({ platform, version, uuid, user, labMode, mayOperate }: BoardJson): void {
  setHidden(byId('lab'), !labMode);
  setHidden(byId('who'), false);
  setText(byId('platform'), platform);
  setText(byId('user'), mayOperate ? user : `${user} (may look only)`);
  setText(byId('footer'), `Ferry ${version}, board ${uuid}`);
}

export function showConnection({ isStale, link, tone, notice, age }: ConnectionView): void {
  setData(document.body, 'stale', String(isStale));
  setHidden(byId('lost'), !isStale);
  setText(byId('lost-text'), notice);
  setText(byId('lost-age'), age);
  setText(byId('link'), link);
  setData(byId('link'), 'tone', tone);
}
