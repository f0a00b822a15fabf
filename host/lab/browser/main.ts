// The lab's page: what the stream says, put into elements. It keeps nothing and decides nothing.
import { byId, element, pieces, setData, setHidden, setText, type Piece } from '../../bmc/web/browser/elements.ts';
import { percentOf, progressText } from '../../bmc/web/view/amounts.ts';
import { STEPS, type BoardView, type LabView } from '../board-view.ts';

function boardPiece({ number }: BoardView): Piece<BoardView> {
  const [title, badge, text, host] = [element('h2', ''), element('span', 'badge'), element('p', 'headline'), element('p', 'quiet')];
  const [bar, bytes] = [element('progress', ''), element('p', 'bytes quiet')];
  const [steps, offers, choice] = [element('ol', 'steps'), element('ul', 'offers'), element('p', 'choice')];
  const node = element('section', 'card board', element('div', 'head', title, badge), text, host, bar, bytes, steps, offers, choice);
  bar.max = 100;
  bar.setAttribute('aria-label', `Bytes of the image for BMC ${number}`);
  steps.setAttribute('aria-label', `Steps of the recovery of BMC ${number}`);
  const showOffers = pieces<string>(offers, (offer) => offer, (offer) => ({ node: element('li', '', offer), update: () => undefined }));
  const showSteps = pieces<StepView>(steps, ({ step }) => step, stepPiece);
  return {
    node,
    update(board) {
      const { address, phase, tone, received, gives } = board;
      setData(node, 'tone', tone);
      setData(badge, 'tone', tone);
      setText(title, `BMC ${number}`);
      setText(badge, phase);
      setText(text, gives.length > 0 ? `gives to ${gives.join(' and ')}` : board.text);
      setText(host, `${address} · host: ${board.hostText}`);
      const isShown = received !== undefined && tone !== 'good';
      setHidden(bar, !isShown);
      setHidden(bytes, !isShown);
      if (received !== undefined) {
        bar.value = percentOf(received.done, received.total);
        setText(bytes, `${progressText(received.done, received.total)}, ${percentOf(received.done, received.total)} %`);
      }
      const wasNeeded = board.reached.suspected !== undefined;
      setHidden(steps, !wasNeeded);
      showSteps(wasNeeded ? stepsOf(board) : []);
      setHidden(offers, !wasNeeded);
      showOffers([...new Set(board.offers)]);
      setHidden(choice, !wasNeeded || board.choice === '');
      setText(choice, board.choice);
    },
  };
}

interface StepView {
  readonly step: string;
  readonly time: string;
  readonly state: 'done' | 'now' | 'next';
}

function stepsOf({ reached, tone }: BoardView): readonly StepView[] {
  const last = STEPS.reduce((newest, step, index) => (reached[step] === undefined ? newest : index), -1);
  return STEPS.map((step, index) => ({
    step, time: reached[step]?.slice(11, 19) ?? '', state: index > last ? 'next' : index === last && tone !== 'good' ? 'now' : 'done',
  }));
}

function stepPiece({ step }: StepView): Piece<StepView> {
  const time = element('time', '');
  const node = element('li', '', step, time);
  return {
    node,
    update(view) {
      setText(time, view.time);
      setData(node, 'state', view.state);
    },
  };
}

const [link, about] = [byId('link'), byId('about')];
const showBoards = pieces<BoardView>(byId('boards'), ({ number }) => `${number}`, boardPiece);
const showLines = pieces<{ readonly key: string; readonly text: string }>(byId('lines'), ({ key }) => key, ({ text }) => ({ node: element('li', 'code', text), update: () => undefined }));

function show({ boards, console, lines }: LabView): void {
  setText(about, `${boards.length} controllers, a console on ${console}`);
  showBoards(boards);
  // The newest first; a line that is said twice in a second is two.
  const counts = new Map<string, number>();
  showLines(lines.map((text) => {
    const count = counts.get(text) ?? 0;
    counts.set(text, count + 1);
    return { key: `${text}#${count}`, text };
  }).reverse());
}

const stream = new EventSource('/view');
stream.onopen = () => {
  setData(link, 'tone', 'good');
  setText(link, 'Live');
};
stream.onerror = () => {
  setData(link, 'tone', 'busy');
  setText(link, 'Nothing is heard of the lab; what is shown is old');
};
stream.onmessage = ({ data }: MessageEvent<string>) => show(JSON.parse(data) as LabView);
