import { describe, expect, it } from 'vitest';
import { decodeFeatures, encodeFeatures } from './features.js';

describe('features', () => {
  it('stand in the frame untouched, where the visitor is told', () => {
    const body = Uint8Array.from({ length: 128 }, (_, i) => i);
    const bytes = encodeFeatures(
      7,
      [
        { slot: 9, body: null },
        { slot: 10, body },
      ],
      128,
    );
    expect(bytes).toHaveLength(133);
    const found: unknown[] = [];
    decodeFeatures(bytes, 7, 128, 2, (slot, hasBody, at) => found.push([slot, hasBody, at]));
    expect(found).toEqual([
      [9, false, 4],
      [10, true, 5],
    ]);
    expect(bytes.subarray(5)).toEqual(body);
  });

  it('are refused above the size that the bundle gives them, so that no pixels slip through', () => {
    const pixels = encodeFeatures(7, [{ slot: 9, body: new Uint8Array(3072) }], 3072);
    expect(() => decodeFeatures(pixels, 7, 128, 8, () => {})).toThrow(
      expect.objectContaining({ code: 'DDNN_FRAME_OVERSIZED' }),
    );
  });
});
