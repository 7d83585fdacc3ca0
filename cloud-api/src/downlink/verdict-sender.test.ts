import { decodeVerdicts } from '@ddnn/protocol';
import { describe, expect, it } from 'vitest';
import type { StoredVerdict } from '../store/verdict-store.js';
import { VerdictSender } from './verdict-sender.js';

const stored = (slot: number): StoredVerdict => ({
  site: 'plaza',
  edge: 'north',
  slot,
  class: 'car',
  classIndex: 0,
  exit: 'cloud',
  reason: 'none',
  uncertainty: 0,
  views: ['present'],
  epoch: 1,
  capturedAt: null,
  storedAt: 1,
  label: null,
  revised: null,
});

/** A sender, and the slots of each frame that it sent, by edge. */
function recording() {
  const frames: { edge: string; slots: number[] }[] = [];
  const sender = new VerdictSender(1, 1, async (_which, { edge }, frame) => {
    frames.push({ edge, slots: decodeVerdicts(frame, 'verdict', 1, 1, 1024).map(({ slot }) => slot) });
  });
  return { frames, sender };
}

const [north, south] = ['north', 'south'].map((edge) => ({ site: 'plaza', edge }));

describe('a verdict sender', () => {
  it('sends what is answered at the same moment in one frame an edge, slots ascending and each once', async () => {
    const { frames, sender } = recording();
    await Promise.all([
      sender.send(north, [stored(9)]),
      sender.send(south, [stored(4)]),
      sender.send(north, [stored(2), stored(3)]),
      sender.send(north, [stored(9)]),
    ]);
    expect(frames).toEqual([
      { edge: 'north', slots: [2, 3, 9] },
      { edge: 'south', slots: [4] },
    ]);
    await sender.send(north, [stored(10)]);
    expect(frames).toHaveLength(3);
  });

  it('puts no more samples in a frame than an edge takes', async () => {
    const { frames, sender } = recording();
    await sender.send(
      north,
      Array.from({ length: 1500 }, (_, slot) => stored(slot)),
    );
    expect(frames.map(({ slots }) => slots.length)).toEqual([1024, 476]);
  });
});
