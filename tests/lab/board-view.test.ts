import { describe, expect, it } from 'vitest';
import { after, type BoardView, newBoard, STEPS } from '../../host/lab/board-view.ts';
import { labTable } from '../../host/lab/lab-table.ts';

const TIME = '2026-01-02T03:04:05.000Z';
const see = (board: BoardView, ...events: readonly (readonly [string, string?])[]): BoardView =>
  events.reduce((seen, [event, text = event]) => after(seen, { event, text: `bios: ${text}`, time: TIME, to: '10.0.0.9' }), board);

const WHOLE_WAY = [
  ['recovery-needed'], ['recovery-sourcing'], ['recovery-candidate', 'from rack, donor a'], ['recovery-candidate', 'from rack, donor b'], ['recovery-choice', 'chosen: donor b'],
  ['recovery-fetching'], ['recovery-staged'], ['recovery-holding'], ['recovery-writing'], ['recovery-reading-back'], ['recovery-releasing'], ['recovery-confirming'], ['recovery-healthy', 'the host has come up'],
] as const;

describe('what is shown of a machine', () => {
  it('goes through every step of a recovery, in their order', () => {
    let board = see(newBoard(1, '10.0.0.1'), ['ready']);
    expect(board).toMatchObject({ phase: 'watching', tone: 'good', reached: {} });
    const orders: string[] = [];
    for (const event of WHOLE_WAY) {
      board = see(board, event);
      const newest = STEPS.filter((step) => board.reached[step] !== undefined).at(-1)!;
      if (orders.at(-1) !== newest) orders.push(newest);
    }
    expect(orders).toEqual([...STEPS]);
    expect(board).toMatchObject({ phase: 'healthy', tone: 'good', text: 'the host has come up', offers: ['from rack, donor a', 'from rack, donor b'], choice: 'chosen: donor b' });
  });

  it('takes back what a try had reached that begins anew', () => {
    const board = see(newBoard(1, '10.0.0.1'), ...WHOLE_WAY.slice(0, 9), ['recovery-retry'], ['recovery-sourcing']);
    expect(Object.keys(board.reached)).toEqual(['suspected', 'request sent']);
    expect([board.offers, board.choice, board.tone]).toEqual([[], '', 'busy']);
  });

  it('says to whom it gives, as long as it does', () => {
    const giving = see(newBoard(1, '10.0.0.1'), ['ready'], ['donor-upload-started']);
    expect(giving.gives).toEqual(['10.0.0.9']);
    expect(see(giving, ['donor-upload-ended']).gives).toEqual([]);
  });
});

describe('the table', () => {
  const boards = [see(newBoard(1, '127.0.77.11'), ['ready']), { ...see(newBoard(2, '127.0.77.12'), ...WHOLE_WAY.slice(0, 6)), received: { done: 2 * 1024 * 1024, total: 4 * 1024 * 1024 } }];
  const view = { console: '127.0.77.10', page: undefined, boards, lines: ['a line', 'another line'] };

  it('has a row for each machine, and what is going on below it', () => {
    expect(labTable(view, { width: 100, height: 40, hasColours: false })).toEqual([
      'ferry lab: 2 controllers, a console on 127.0.77.10', '',
      '  bmc address       host  recovery',
      '  1   127.0.77.11   off   watching     nothing has had to be recovered',
      '  2   127.0.77.12   off   fetching     [#####.....]  50 %  2.0 of 4.0 MiB',
      '                    offer   from rack, donor a',
      '                    offer   from rack, donor b',
      '                    choice  chosen: donor b',
      '', 'a line', 'another line',
    ]);
  });

  it('is never wider or higher than the terminal', () => {
    for (const [width, height] of [[40, 8], [20, 5], [80, 9]] as const) {
      const lines = labTable(view, { width, height, hasColours: false });
      expect(lines.length).toBeLessThanOrEqual(height);
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(width);
    }
  });
});
