import { createScoreCode, openBundle, type ResolvedArchitecture } from '@ddnn/model';
import { randomBundle } from '@ddnn/model/testing';
import { encodeCodedSummary, encodeSummary } from '@ddnn/protocol';
import { describe, expect, it } from 'vitest';
import { createSummaryReaders } from './summary-reader.js';

const EPOCH = 7;
const bare: ResolvedArchitecture = {
  name: 'bare',
  input: { height: 8, width: 8, channels: 3 },
  views: 2,
  classes: ['a', 'b', 'c'],
  device: { section: [{ convp: { filters: 2 } }] },
  local: { aggregator: 'average' },
  cloud: { aggregator: 'concat', section: [] },
};
const coded: ResolvedArchitecture = {
  ...bare,
  device: { ...bare.device, coding: 'arithmetic' },
  local: { aggregator: 'average', scoreBits: 2 },
};
const open = (architecture: ResolvedArchitecture) => openBundle(randomBundle(architecture, 1));
const scores = [Int8Array.of(0, -1, -3), Int8Array.of(-2, 0, 0), Int8Array.of(-3, -3, 0)];

/** Frame in the middle of a chunk, as a socket delivers it. */
function read(architecture: ResolvedArchitecture, view: number, frame: Uint8Array, maxSamples = 8) {
  const reader = createSummaryReaders(open(architecture), maxSamples)[view];
  const chunk = Uint8Array.of(9, 9, ...frame, 9);
  reader.open(chunk, 2, frame.length, EPOCH);
  const samples: [number, number[] | null][] = [];
  while (reader.next()) {
    const own = new Int8Array(reader.scores.slice(reader.body, reader.body + 3).buffer);
    samples.push([reader.slot, reader.hasBody ? [...own] : null]);
  }
  return { samples, payload: reader.payloadBytes, maxBytes: reader.maxBytes };
}

const message = (view: number, of: readonly Int8Array[]) => {
  const code = createScoreCode(open(coded), view);
  code.begin();
  for (const sample of of) code.add(sample);
  return code.finish().slice();
};

describe('summary reader', () => {
  it('reads bare scores where they stand, and counts their bytes', () => {
    const frame = encodeSummary(
      EPOCH,
      [
        { slot: 5, body: new Uint8Array(scores[0]) },
        { slot: 6, body: null },
        { slot: 9, body: new Uint8Array(scores[1]) },
      ],
      3,
    );
    const { samples, payload, maxBytes } = read(bare, 1, frame);
    expect(samples).toEqual([
      [5, [0, -1, -3]],
      [6, null],
      [9, [-2, 0, 0]],
    ]);
    expect(payload).toBe(6);
    expect(maxBytes).toBeGreaterThan(frame.length);
  });

  it.each([0, 1])('reads coded scores with the code of view %i', (view) => {
    const frame = encodeCodedSummary(EPOCH, 32_766, [true, false, true, true], message(view, scores));
    const { samples, payload, maxBytes } = read(coded, view, frame);
    expect(samples).toEqual([
      [32_766, [0, -1, -3]],
      [32_767, null],
      [0, [-2, 0, 0]],
      [1, [-3, -3, 0]],
    ]);
    expect(payload).toBe(message(view, scores).length);
    expect(maxBytes).toBeGreaterThan(frame.length);
  });

  it('refuses a coded summary with more bytes than its samples can have, and the other kind of frame', () => {
    const long = encodeCodedSummary(EPOCH, 5, [true], new Uint8Array(40));
    const code = (what: () => unknown, expected: string) =>
      expect(what).toThrow(expect.objectContaining({ code: expected }));
    code(() => read(coded, 0, long), 'DDNN_FRAME_OVERSIZED');
    const wide = encodeCodedSummary(EPOCH, 5, [true, true, true], message(0, scores));
    code(() => read(coded, 0, wide, 2), 'DDNN_FRAME_OVERSIZED');
    code(() => read(bare, 0, wide), 'DDNN_FRAME_KIND');
    code(() => read(coded, 0, encodeSummary(EPOCH, [{ slot: 1, body: null }], 3)), 'DDNN_FRAME_KIND');
    code(() => read(coded, 0, encodeCodedSummary(EPOCH + 1, 5, [false], new Uint8Array(0))), 'DDNN_FRAME_EPOCH');
  });
});
