import { ViewState } from '@ddnn/protocol';
import { describe, expect, it } from 'vitest';
import { type CloseReason, SampleWindow } from './sample-window.js';

interface Closed {
  slot: number;
  reason: CloseReason;
  states: number[];
  scores: number[];
}

function open(capacity = 8, views = 3) {
  const closed: Closed[] = [];
  const window: SampleWindow = new SampleWindow(
    { views, scoreBytes: 2, capacity, deadlineMs: 100 },
    (slot, cell, reason) => {
      const at = window.scoreOffset(cell);
      const states = [...window.states(cell, new Uint8Array(views))];
      closed.push({ slot, reason, states, scores: [...window.scores.subarray(at, at + 2 * views)] });
    },
  );
  for (let view = 0; view < views; view++) window.setLive(view, true);
  return { window, closed };
}
const scores = (a: number, b: number) => new Uint8Array(new Int8Array([a, b]).buffer);
const { present, absent, lost, late } = ViewState;

describe('sample window', () => {
  it('closes a sample as soon as every live view has answered', () => {
    const { window, closed } = open();
    expect(window.offer(5, 0, true, scores(1, -2), 0, 0)).toBe('taken');
    expect(window.offer(5, 1, false, scores(0, 0), 0, 0)).toBe('taken');
    expect(closed).toEqual([]);
    expect(window.offer(5, 2, true, scores(-128, 127), 0, 0)).toBe('taken');
    expect(closed).toEqual([
      { slot: 5, reason: 'complete', states: [present, absent, present], scores: [1, -2, 0, 0, -128, 127] },
    ]);
  });

  it('closes at the deadline, and tells a late view from a lost one', () => {
    const { window, closed } = open();
    window.setLive(2, false);
    window.offer(7, 0, true, scores(1, 1), 0, 50);
    window.expire(149);
    expect(closed).toEqual([]);
    window.expire(150);
    expect(closed).toMatchObject([{ slot: 7, reason: 'deadline', states: [present, late, lost] }]);
  });

  it('closes samples that only waited for a device which died', () => {
    const { window, closed } = open();
    for (const slot of [1, 2]) for (const view of [0, 1]) window.offer(slot, view, true, scores(1, 1), 0, 0);
    window.offer(3, 0, true, scores(1, 1), 0, 0);
    window.setLive(2, false);
    expect(closed.map(({ slot, states }) => [slot, states[2]])).toEqual([
      [1, lost],
      [2, lost],
    ]);
    window.offer(3, 1, true, scores(1, 1), 0, 0);
    expect(closed).toHaveLength(3);
  });

  it('counts duplicates and latecomers and changes nothing for them', () => {
    const { window, closed } = open();
    window.offer(4, 0, true, scores(9, 9), 0, 0);
    expect(window.offer(4, 0, true, scores(1, 1), 0, 0)).toBe('duplicate');
    window.expire(1000);
    expect(closed).toMatchObject([{ slot: 4, scores: [9, 9, 0, 0, 0, 0] }]);
    expect(window.offer(4, 1, true, scores(1, 1), 0, 1001)).toBe('late');
    expect(window.offer(4, 0, true, scores(1, 1), 0, 1001)).toBe('duplicate');
    expect(closed).toHaveLength(1);
  });

  it('never shows scores of an earlier sample in the same cell', () => {
    const { window, closed } = open();
    for (const view of [0, 1, 2]) window.offer(1, view, true, scores(7, 7), 0, 0);
    window.offer(9, 0, true, scores(1, 2), 0, 0);
    window.expire(1000);
    expect(closed[1]).toMatchObject({ slot: 9, states: [present, late, late] });
  });

  it('evicts the sample in the way when it is full, and answers it with what is there', () => {
    const { window, closed } = open(4);
    window.offer(1, 0, true, scores(1, 1), 0, 0);
    window.offer(5, 0, true, scores(1, 1), 0, 0);
    expect(closed).toMatchObject([{ slot: 1, reason: 'crowded' }]);
    expect(window.offer(1, 1, true, scores(1, 1), 0, 0)).toBe('late');
  });

  it('refuses slots far from the clock', () => {
    const { window, closed } = open(4);
    expect(window.offer(1000, 0, true, scores(1, 1), 0, 0, 990)).toBe('unknown');
    expect(window.offer(994, 0, true, scores(1, 1), 0, 0, 990)).toBe('taken');
    expect(closed).toEqual([]);
  });

  it('answers each of many samples exactly once, whatever the order', () => {
    const { window, closed } = open(64, 3);
    for (let slot = 0; slot < 5000; slot++) {
      for (const view of [0, 1, 2])
        if ((slot * 7 + view * 3) % 5) window.offer(slot, view, true, scores(1, 1), 0, slot);
      window.expire(slot - 20);
    }
    window.drain();
    const slots = closed.map(({ slot }) => slot).sort((a, b) => a - b);
    const expected = Array.from({ length: 5000 }, (_, slot) => slot).filter((slot) =>
      [0, 1, 2].some((view) => (slot * 7 + view * 3) % 5),
    );
    expect(slots).toEqual(expected);
  });
});
