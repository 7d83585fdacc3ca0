import { describe, expect, it } from 'vitest';
import { checkHistory, countsOf, type HistoryReport } from './check-history.js';
import type { Acknowledged, History, HistoryEvent, Said, Sent, Stored } from './history.js';

const summary = (slot: number, view: number, epoch = 1): Sent => ({
  what: 'sent',
  at: slot * 100,
  kind: 'summary',
  view,
  slot,
  epoch,
});
const features = (slot: number, view: number, epoch = 1): Sent => ({ ...summary(slot, view, epoch), kind: 'features' });
const acknowledged = (slot: number, view: number, epoch = 1): Acknowledged => ({
  what: 'acknowledged',
  at: slot * 100 + 20,
  view,
  slot,
  epoch,
});
const verdict = { class: 'car', exit: 'cloud', reason: 'none', views: ['present', 'present'] } as const;
const fallback = { ...verdict, class: 'bus', exit: 'fallback', reason: 'deadline' } as const;
const said = (slot: number, how: Partial<Said> = {}): Said => ({
  what: 'said',
  at: slot * 100 + 30,
  slot,
  ...verdict,
  ...how,
});
const stored = (slot: number, how: Partial<Stored> = {}): Stored => ({
  what: 'stored',
  slot,
  epoch: 1,
  revised: false,
  ...verdict,
  ...how,
});

/** Both views' frames of a sample, acknowledged. */
const uncertain = (slot: number, epoch = 1): HistoryEvent[] =>
  [0, 1].flatMap((view) => [summary(slot, view, epoch), features(slot, view, epoch), acknowledged(slot, view, epoch)]);

/** What is wrong with a history, by name; a right one gives nothing. */
function wrong(history: History): Partial<HistoryReport> {
  const { accepted: _, answered: __, ...findings } = checkHistory(history);
  return Object.fromEntries(Object.entries(findings).filter(([, slots]) => slots.length > 0));
}

describe('a history that is right', () => {
  const right: [string, History][] = [
    ['the cloud answers', [...uncertain(7), said(7), stored(7)]],
    ['nobody listened', [...uncertain(7), stored(7)]],
    [
      'the cloud answers after the fallback, which stands with its revision',
      [...uncertain(7), said(7, fallback), stored(7, { ...fallback, revised: true })],
    ],
    ['the edge’s own exit answers', [...uncertain(7), said(7, { exit: 'edge' }), stored(7, { exit: 'edge' })]],
    [
      'the local exit answers, and nobody asks for features',
      [summary(7, 0), summary(7, 1), said(7, { exit: 'local' }), stored(7, { exit: 'local' })],
    ],
    [
      'no features were acknowledged, so a fallback that is never revised loses nothing',
      [summary(7, 0), features(7, 0), said(7, fallback), stored(7, { ...fallback, views: ['late', 'lost'] })],
    ],
    ['a summary is interrupted, and no verdict comes', [summary(7, 0)]],
    [
      'the bundle changes between two samples',
      [...uncertain(7), ...uncertain(8, 2), stored(7), said(8, { epoch: 2 }), stored(8, { epoch: 2 })],
    ],
    [
      'one view of a sample comes under the next epoch, and takes no part',
      [features(7, 0), acknowledged(7, 0), summary(7, 1, 2), stored(7, { views: ['present', 'late'] })],
    ],
    [
      'a frame comes twice, as features that the device sent again',
      [...uncertain(7), features(7, 1), acknowledged(7, 1), stored(7)],
    ],
  ];
  it.each(right)('shows nothing wrong: %s', (_, history) => {
    expect(wrong(history)).toEqual({});
  });

  it('counts what was accepted and answered, in the order of the slots', () => {
    const history = [
      ...uncertain(9),
      ...uncertain(7),
      summary(8, 0),
      said(9),
      said(7),
      stored(9),
      stored(8, { exit: 'local', views: ['present', 'lost'] }),
      stored(7, { ...fallback, exit: 'fallback', class: 'car', revised: true }),
    ];
    expect(checkHistory(history)).toMatchObject({ accepted: [7, 9], answered: [7, 9], lost: [] });
  });

  it('is also an empty one', () => {
    expect(Object.values(countsOf(checkHistory([])))).toEqual(new Array(8).fill(0));
  });
});

describe('a history that is wrong', () => {
  it('lost: the edge acknowledged features, and no verdict was ever stored', () => {
    expect(wrong([...uncertain(7), ...uncertain(8), stored(8)])).toEqual({ lost: [7] });
  });

  it('lost: one acknowledged view is enough', () => {
    expect(wrong([summary(7, 0), features(7, 0), acknowledged(7, 0)])).toEqual({ lost: [7] });
  });

  it('lost: a fallback of accepted features was never revised', () => {
    expect(wrong([...uncertain(7), said(7, fallback), stored(7, fallback)])).toEqual({ lost: [7] });
  });

  it('lost and not recorded: only those who listened live know the answer', () => {
    expect(wrong([...uncertain(7), said(7)])).toEqual({ lost: [7], unrecorded: [7] });
  });

  it('not recorded: a local exit was heard, and its record went with the process', () => {
    expect(wrong([summary(7, 0), said(7, { exit: 'local' })])).toEqual({ unrecorded: [7] });
  });

  it('twice: said live twice, though it is the same answer', () => {
    expect(wrong([...uncertain(7), said(7), said(7), stored(7)])).toEqual({ twice: [7] });
  });

  it('twice: stored twice', () => {
    expect(wrong([...uncertain(7), said(7), stored(7), stored(7)])).toEqual({ twice: [7] });
  });

  it('twice and contradicting: a fallback, and behind a restart the cloud’s answer', () => {
    const history = [...uncertain(7), said(7, fallback), said(7), stored(7, { ...fallback, revised: true })];
    expect(wrong(history)).toEqual({ twice: [7], contradicting: [7] });
  });

  it('contradicting: another class is stored than was heard', () => {
    expect(wrong([...uncertain(7), said(7), stored(7, { class: 'bus' })])).toEqual({ contradicting: [7] });
  });

  it('contradicting: another exit is stored than was heard, a fallback that left no mark', () => {
    expect(wrong([...uncertain(7), said(7, { ...fallback, class: 'car' }), stored(7)])).toEqual({ contradicting: [7] });
  });

  it('mixed epochs: both views take part, each with frames of another epoch', () => {
    const history = [features(7, 0, 1), acknowledged(7, 0, 1), features(7, 1, 2), acknowledged(7, 1, 2), stored(7)];
    expect(wrong(history)).toEqual({ mixedEpochs: [7] });
  });

  it('mixed epochs: a summary of the stored epoch does not make features of another one right', () => {
    const frames = [summary(7, 0, 1), features(7, 0, 2), acknowledged(7, 0, 2)];
    expect(wrong([...frames, stored(7, { views: ['present', 'lost'] })])).toEqual({ mixedEpochs: [7] });
  });

  it('mixed epochs: stored under an epoch that nobody sent', () => {
    expect(wrong([...uncertain(7), stored(7, { epoch: 2 })])).toEqual({ mixedEpochs: [7] });
  });

  it('mixed epochs: said under an epoch that nobody sent', () => {
    expect(wrong([...uncertain(7), said(7, { epoch: 2 }), stored(7)])).toEqual({ mixedEpochs: [7] });
  });

  it('never sent: a verdict of a slot that no device knows, heard, stored or acknowledged', () => {
    expect(wrong([said(7), stored(7)])).toEqual({ neverSent: [7] });
    expect(wrong([stored(7)])).toEqual({ neverSent: [7] });
    expect(wrong([acknowledged(7, 0), stored(7)])).toEqual({ neverSent: [7] });
  });

  it('counts each sample once, and names its slot', () => {
    const history = [...uncertain(7), said(7), said(7), said(7), ...uncertain(8), ...uncertain(9), stored(7)];
    const report = checkHistory(history);
    expect(report).toMatchObject({ accepted: [7, 8, 9], answered: [7], lost: [8, 9], twice: [7] });
    expect(countsOf(report)).toMatchObject({ accepted: 3, answered: 1, lost: 2, twice: 1, mixedEpochs: 0 });
  });
});
