import { ScoreCode, scoreShareCount } from '@ddnn/model';
import { CodedSummaryReader, decodeSummary, encodeSummary } from '@ddnn/protocol';
import { describe, expect, it } from 'vitest';
import { SummaryBatch } from './summary-batch.js';

const EPOCH = 9;
const scores = (slot: number) => Int8Array.of(slot, -slot);

function slotsOf(frame: Uint8Array): number[] {
  const slots: number[] = [];
  decodeSummary(frame, EPOCH, 2, 128, (slot) => slots.push(slot));
  return slots;
}

/** The slots of the frames that each added slot makes whole. */
const framed = (batch: SummaryBatch, slots: readonly number[]) =>
  slots.map((slot) => batch.add(EPOCH, slot, scores(slot)).map(slotsOf));

describe('a batch of summaries', () => {
  it('of one sample a frame lets none wait', () => {
    const batch = new SummaryBatch(1, 2);
    expect(framed(batch, [4, 5, 900])).toEqual([[[4]], [[5]], [[900]]]);
    expect(batch.flush(EPOCH)).toEqual([]);
  });

  it('ends its frames at the same slots wherever it begins', () => {
    expect(framed(new SummaryBatch(4, 2), [5, 6, 7, 8, 9, 10, 11])).toEqual([
      [],
      [],
      [[5, 6, 7]],
      [],
      [],
      [],
      [[8, 9, 10, 11]],
    ]);
    expect(framed(new SummaryBatch(4, 2), [7, 8])).toEqual([[[7]], []]);
  });

  it('keeps scores and absent views as they were captured', () => {
    const batch = new SummaryBatch(3, 2);
    const array = scores(6);
    batch.add(EPOCH, 6, array);
    array.fill(0);
    batch.add(EPOCH, 7, null);
    const body = Uint8Array.of(6, 250);
    const samples = [
      { slot: 6, body },
      { slot: 7, body: null },
      { slot: 8, body: Uint8Array.of(8, 248) },
    ];
    expect(batch.add(EPOCH, 8, scores(8))).toEqual([encodeSummary(EPOCH, samples, 2)]);
  });

  it('sends what waits before a sample of another frame, and both where that one is the last of its own', () => {
    expect(framed(new SummaryBatch(4, 2), [0, 1, 6, 11])).toEqual([[], [], [[0, 1]], [[6], [11]]]);
  });

  it('never has slots in one frame that are too far apart, however large it is and whatever is left out', () => {
    const batch = new SummaryBatch(128, 2);
    expect(framed(batch, [0, 127, 128, 255, 300]).flat()).toEqual([
      [0, 127],
      [128, 255],
    ]);
  });

  it('starts anew where slots go back or repeat, as after a corrected clock', () => {
    expect(framed(new SummaryBatch(8, 2), [4, 5, 5, 1])).toEqual([[], [], [[4, 5]], [[5]]]);
  });

  it('refuses a slot that no frame can carry, and keeps the others', () => {
    const batch = new SummaryBatch(4, 2);
    batch.add(EPOCH, 0, null);
    for (const slot of [-1, 0.5, 2 ** 48]) expect(() => batch.add(EPOCH, slot, null)).toThrow('is not an integer');
    expect(batch.flush(EPOCH).map(slotsOf)).toEqual([[0]]);
    batch.add(EPOCH, 1, null);
    batch.drop();
    expect(batch.waiting).toBe(0);
  });

  it('codes runs of slots, so a gap ends a frame', () => {
    const code = new ScoreCode(2, 3, new Uint16Array(scoreShareCount(2, 3)).fill(30_000));
    const batch = new SummaryBatch(8, 2, code);
    const near = (slot: number) => Int8Array.of(0, -(slot % 4));
    const frames = [
      ...batch.add(EPOCH, 1, near(1)),
      ...batch.add(EPOCH, 2, null),
      ...batch.add(EPOCH, 3, near(3)),
      ...batch.add(EPOCH, 5, near(5)),
      ...batch.flush(EPOCH),
    ];
    const read = frames.map((frame) => {
      const reader = new CodedSummaryReader(8);
      reader.open(frame, 0, frame.length, EPOCH);
      const slots: [number, boolean][] = [];
      while (reader.next()) slots.push([reader.slot, reader.hasBody]);
      const out = new Int8Array(2 * reader.presentSamples);
      code.decode(frame, reader.scoresAt, reader.scoreBytes, reader.presentSamples, out);
      return { slots, scores: [...out] };
    });
    expect(read).toEqual([
      {
        slots: [
          [1, true],
          [2, false],
          [3, true],
        ],
        scores: [...near(1), ...near(3)],
      },
      { slots: [[5, true]], scores: [...near(5)] },
    ]);
  });
});
