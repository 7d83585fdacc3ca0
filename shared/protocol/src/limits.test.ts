import { describe, expect, it } from 'vitest';
import { MAX_SLOT_GAP, slotRuns } from './limits.js';
import { encodeDeviceSamples } from './sample-list.js';

const absent = (...slots: number[]) => slots.map((slot) => ({ slot, body: null }));
const lengths = (slots: number[], maxSamples = 8) =>
  slotRuns(absent(...slots), MAX_SLOT_GAP, maxSamples).map((run) => run.length);

describe('the runs of samples that fit one frame', () => {
  it('end at the bound and at a gap too wide', () => {
    expect(lengths([])).toEqual([]);
    expect(lengths([0])).toEqual([1]);
    expect(lengths([1, 2, 3])).toEqual([3]);
    expect(lengths([1, 2, 3], 2)).toEqual([2, 1]);
    expect(lengths([1, 129, 258])).toEqual([2, 1]);
  });

  it('are what the encoder takes', () => {
    for (const run of slotRuns(absent(1, 129, 258, 259, 387, 516), MAX_SLOT_GAP, 3)) {
      expect(() => encodeDeviceSamples('summary', 7, run, 3)).not.toThrow();
    }
  });
});
