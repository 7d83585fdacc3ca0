import { describe, expect, it } from 'vitest';
import { decodeClock, encodeClock } from './clock.js';

describe('a clock frame', () => {
  it('returns what was asked to the last bit', () => {
    for (const asked of [0, 0.1, 1e-9, 86_400_000.123, 2 ** 53]) {
      expect(decodeClock(encodeClock(7, { asked, edge: 1 / 3 }))).toEqual({ asked, edge: 1 / 3 });
    }
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('is refused with %d, which no clock could follow', (bad) => {
    const value = (offset: number) => expect.objectContaining({ code: 'DDNN_FRAME_VALUE', offset });
    expect(() => encodeClock(7, { asked: bad })).toThrow(value(2));
    expect(() => encodeClock(7, { asked: 0, edge: bad })).toThrow(value(10));
    const bytes = encodeClock(7, { asked: 0, edge: 0 });
    new DataView(bytes.buffer).setFloat64(10, bad, true);
    expect(() => decodeClock(bytes)).toThrow(value(10));
  });
});
