import { describe, expect, it } from 'vitest';
import { restoreSlot, SLOT_MODULUS, truncateSlot } from './slot.js';

const HALF = SLOT_MODULUS / 2;

describe('restoring a slot', () => {
  it.each([
    ['far from zero', 1_000_000],
    ['at a multiple of the modulus', 31 * SLOT_MODULUS],
    ['just below a multiple', 31 * SLOT_MODULUS - 1],
    ['of Unix time in steps of 100 ms', 17_672_256_000],
    ['near the largest slot', 2 ** 48 - 1 - HALF],
  ])('gives back every slot less than half the modulus away, %s', (_, reference) => {
    const wrong: number[] = [];
    for (let slot = reference - HALF + 1; slot < reference + HALF; slot++) {
      if (restoreSlot(truncateSlot(slot), reference) !== slot) wrong.push(slot);
    }
    expect(wrong).toEqual([]);
  });

  it.each([0, 1, 100, HALF - 1, HALF, SLOT_MODULUS])(
    'gives back every slot from 0 on with reference %d',
    (reference) => {
      const wrong: number[] = [];
      for (let slot = Math.max(0, reference - HALF + 1); slot < reference + HALF; slot++) {
        if (restoreSlot(truncateSlot(slot), reference) !== slot) wrong.push(slot);
      }
      expect(wrong).toEqual([]);
    },
  );

  it('gives a slot exactly half the modulus away to the future', () => {
    expect(restoreSlot(truncateSlot(1_000_000 + HALF), 1_000_000)).toBe(1_000_000 + HALF);
    expect(restoreSlot(truncateSlot(1_000_000 - HALF), 1_000_000)).toBe(1_000_000 + HALF);
  });

  it('is wrong by the modulus beyond, never by anything else', () => {
    expect(restoreSlot(truncateSlot(1_000_000 + HALF + 1), 1_000_000)).toBe(1_000_000 - HALF + 1);
  });

  it('is never negative, whatever the short slot', () => {
    for (let short = 0; short < SLOT_MODULUS; short++) {
      const slot = restoreSlot(short, 3);
      expect(slot >= 0 && truncateSlot(slot) === short).toBe(true);
    }
    expect(restoreSlot(32_767, 3)).toBe(32_767);
  });
});
