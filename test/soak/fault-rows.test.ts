import { expect, it } from 'vitest';
import { checkHistory } from './check-history.js';
import { rowsOf } from './fault-rows.js';
import type { HistoryEvent } from './history.js';

const views = ['present'];
const sent = (slot: number, at: number): HistoryEvent[] => [
  { what: 'sent', at, kind: 'features', view: 0, slot, epoch: 1 },
  { what: 'acknowledged', at: at + 5, view: 0, slot, epoch: 1 },
];
const said = (slot: number, at: number, exit: string): HistoryEvent => ({
  what: 'said',
  at,
  slot,
  class: 'car',
  exit,
  reason: 'none',
  views,
});
const stored = (slot: number): HistoryEvent => ({
  what: 'stored',
  slot,
  class: 'car',
  exit: 'cloud',
  reason: 'none',
  views,
  epoch: 1,
  revised: false,
});

it('counts a sample for the fault that it met, and recovery to the verdict that shows it', () => {
  const history = [
    ...sent(1, 100),
    ...sent(2, 5500),
    ...sent(3, 9500),
    ...sent(4, 20_500),
    stored(1),
    stored(3),
    stored(4),
    said(1, 6500, 'fallback'),
    said(3, 7250, 'cloud'),
    said(4, 22_000, 'fallback'),
  ];
  const rows = rowsOf(history, checkHistory(history), [
    { kind: 'edge killed', begin: 20_000, end: 21_000, isOver: () => true },
    { kind: 'uplink cut', begin: 6000, end: 7000, isOver: ({ exit }) => exit === 'cloud' },
    { kind: 'uplink cut', begin: 6200, end: 6400, isOver: () => true },
  ]);
  expect(rows).toEqual([
    { kind: 'edge killed', faults: 1, accepted: 1, answered: 1, lost: 0, longestRecoveryMs: 1000 },
    { kind: 'uplink cut', faults: 2, accepted: 3, answered: 2, lost: 1, longestRecoveryMs: 250 },
  ]);
});

it('says that a site never recovered', () => {
  const [row] = rowsOf([], checkHistory([]), [{ kind: 'edge killed', begin: 0, end: 1, isOver: () => true }]);
  expect(row.longestRecoveryMs).toBe(Number.POSITIVE_INFINITY);
});
