import { describe, expect, it } from 'vitest';
import { decodeVerdicts, encodeVerdicts, exitNames, fallbackReasons, type Verdict } from './verdict.js';

const states = Uint8Array.of(2, 1, 0, 3, 2, 2);
const verdict: Verdict = { slot: 12, classIndex: 2, exit: 'local', reason: 'none', entropy: 0.2, states };
const value = (offset: number) => expect.objectContaining({ code: 'DDNN_FRAME_VALUE', offset });

function wire(changes: Partial<Verdict>): Uint8Array {
  return encodeVerdicts('verdict', 7, [{ ...verdict, ...changes }]);
}

describe('a verdict', () => {
  it('comes back from every exit, and from a fallback with every reason', () => {
    for (const exit of exitNames) {
      for (const reason of fallbackReasons) {
        const sound = (exit === 'fallback') !== (reason === 'none');
        if (!sound) expect(() => wire({ exit, reason })).toThrow(value(9));
        else expect(decodeVerdicts(wire({ exit, reason }), 'verdict', 7, 6, 1)[0]).toMatchObject({ exit, reason });
      }
    }
  });

  it('is refused with an unknown reason, a fallback without one, and a reason without a fallback', () => {
    const bytes = wire({});
    for (const packed of [3 | (5 << 2), 0xff, 3, 1 << 2]) {
      expect(() => decodeVerdicts(bytes.with(9, packed), 'verdict', 7, 6, 1)).toThrow(value(9));
    }
  });

  it('keeps its entropy to a 510th, and a decoded one exactly', () => {
    for (let entropy = 0; entropy <= 1; entropy += 0.001) {
      const [read] = decodeVerdicts(wire({ entropy }), 'verdict', 7, 6, 1);
      expect(Math.abs(read.entropy - entropy)).toBeLessThanOrEqual(1 / 510 + 1e-12);
      expect(wire({ entropy: read.entropy })).toEqual(wire({ entropy }));
    }
  });

  it.each([
    ['class 256', { classIndex: 256 }, 8],
    ['class -1', { classIndex: -1 }, 8],
    ['an entropy above 1', { entropy: 1.01 }, 10],
    ['an entropy that is no number', { entropy: Number.NaN }, 10],
    ['a view state above 3', { states: Uint8Array.of(4) }, 0],
  ])('is refused with %s', (_, changes, offset) => {
    expect(() => wire(changes)).toThrow(value(offset));
  });

  it('shares its frame only with verdicts of as many views', () => {
    const other = { ...verdict, slot: 13, states: new Uint8Array(5) };
    expect(() => encodeVerdicts('record', 7, [verdict, other])).toThrow('view counts differ in one frame (byte 13)');
    expect(() => encodeVerdicts('record', 7, [])).toThrow(value(2));
  });

  it('has bits beyond its last view refused', () => {
    expect(() => decodeVerdicts(wire({}).with(12, 0x1a), 'verdict', 7, 6, 1)).toThrow(value(12));
  });

  it('has a bound of samples', () => {
    const bytes = encodeVerdicts('verdict', 7, [verdict, { ...verdict, slot: 13 }]);
    expect(() => decodeVerdicts(bytes, 'verdict', 7, 6, 1)).toThrow(
      expect.objectContaining({ code: 'DDNN_FRAME_OVERSIZED', offset: 13 }),
    );
  });
});
