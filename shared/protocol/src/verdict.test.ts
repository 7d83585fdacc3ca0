import { describe, expect, it } from 'vitest';
import { MAX_SLOT } from './slot.js';
import {
  decodeFirstVerdict,
  decodeVerdicts,
  encodeVerdicts,
  exitNames,
  fallbackReasons,
  NO_CLASS,
  type Verdict,
} from './verdict.js';

const states = Uint8Array.of(2, 1, 0, 3, 2, 2);
const verdict: Verdict = { slot: 12, classIndex: 2, exit: 'local', reason: 'none', uncertainty: 0.2, states };
const value = (offset: number) => expect.objectContaining({ code: 'DDNN_FRAME_VALUE', offset });

function wire(changes: Partial<Verdict>): Uint8Array {
  return encodeVerdicts('verdict', 7, [{ ...verdict, ...changes }]);
}

describe('a verdict', () => {
  it('comes back from every exit, and from a fallback with every reason', () => {
    for (const exit of exitNames) {
      for (const reason of fallbackReasons) {
        const sound = (exit === 'fallback') !== (reason === 'none');
        if (!sound) expect(() => wire({ exit, reason })).toThrow(value(2));
        else expect(decodeVerdicts(wire({ exit, reason }), 'verdict', 7, 6, 1)[0]).toMatchObject({ exit, reason });
      }
    }
  });

  it('is refused with an unknown reason, a fallback without one, and a reason without a fallback', () => {
    const bytes = wire({ exit: 'fallback', reason: 'dropped' });
    for (const reason of [0, fallbackReasons.length, 255]) {
      expect(() => decodeVerdicts(bytes.with(9, reason), 'verdict', 7, 6, 1)).toThrow(value(8));
    }
  });

  it('keeps every class, those above 13 in a byte of their own', () => {
    for (let classIndex = 0; classIndex <= NO_CLASS; classIndex++) {
      const bytes = wire({ classIndex });
      expect(decodeVerdicts(bytes, 'verdict', 7, 6, 1)[0].classIndex).toBe(classIndex);
      expect(bytes).toHaveLength(classIndex < 14 || classIndex === NO_CLASS ? 12 : 13);
    }
  });

  it('keeps gaps of every size, one slot on for nothing', () => {
    const sizes = [1, 2, 129, 130, 16_385, 16_386, 65_535].map((gap) => {
      const bytes = encodeVerdicts('record', 7, [verdict, { ...verdict, slot: 12 + gap }]);
      expect(decodeVerdicts(bytes, 'record', 7, 6, 2)[1].slot).toBe(12 + gap);
      return bytes.length - 14;
    });
    expect(sizes).toEqual([0, 1, 1, 2, 2, 3, 3]);
    for (const slot of [12, 11, 12 + 65_536])
      expect(() => encodeVerdicts('record', 7, [verdict, { ...verdict, slot }])).toThrow(value(12));
  });

  it('is refused where it could be shorter, or lacks what the sample before can’t give', () => {
    const two = encodeVerdicts('record', 7, [verdict, { ...verdict, slot: 14 }]);
    expect(Array.from(two.subarray(12))).toEqual([0x24, 0, 51]);
    const refused = (bytes: readonly number[]) =>
      expect(() => decodeVerdicts(Uint8Array.from(bytes), 'record', 7, 6, 2), `${bytes}`).toThrow(
        expect.objectContaining({ code: 'DDNN_FRAME_VALUE' }),
      );
    const head = [...two.subarray(0, 12)];
    refused([...head, 0x24, 0x80, 0, 51]); // a gap of two bytes where one does
    refused([...head, 0x24, 0xff, 0xff, 0x03, 51]); // a gap above 65,535
    refused([...head, 0x24, 0x80, 0x80, 0x80, 1, 51]); // a gap without end
    refused([...head, 0x28, 51, 0xc6, 0x0a]); // the same view states again
    refused([...head, 0xf0, 13, 51]); // a class byte that the answer had room for
    refused([...head, 0xf0, 255, 51]); // class none likewise
    refused([...two.subarray(0, 8), 0x20, 51]); // a first sample without view states
    refused([...two.subarray(0, 8), 0x2c, 0, 51, 0xc6, 0x0a]); // and one with a gap
  });

  it('ends with the last slot there is', () => {
    const last = { ...verdict, slot: MAX_SLOT };
    expect(decodeVerdicts(wire({ slot: MAX_SLOT }), 'verdict', 7, 6, 1)[0].slot).toBe(MAX_SLOT);
    expect(() => encodeVerdicts('record', 7, [last, { ...verdict, slot: MAX_SLOT + 1 }])).toThrow(value(12));
    const beyond = Uint8Array.from([...wire({ slot: MAX_SLOT }), 0x20, 51]);
    expect(() => decodeVerdicts(beyond, 'verdict', 7, 6, 2)).toThrow(value(12));
  });

  it('is read up to its views by whoever does not know their number', () => {
    const bytes = wire({ exit: 'fallback', reason: 'refused', classIndex: 77 });
    expect(decodeFirstVerdict(bytes, 'verdict')).toEqual(decodeVerdicts(bytes.subarray(0, 12), 'verdict', 7, 0, 1)[0]);
    expect(decodeFirstVerdict(bytes, 'verdict')).toMatchObject({ slot: 12, classIndex: 77, reason: 'refused' });
  });

  it('keeps its uncertainty to a 510th, and a decoded one exactly', () => {
    for (let uncertainty = 0; uncertainty <= 1; uncertainty += 0.001) {
      const [read] = decodeVerdicts(wire({ uncertainty }), 'verdict', 7, 6, 1);
      expect(Math.abs(read.uncertainty - uncertainty)).toBeLessThanOrEqual(1 / 510 + 1e-12);
      expect(wire({ uncertainty: read.uncertainty })).toEqual(wire({ uncertainty }));
    }
  });

  it.each([
    ['class 256', { classIndex: 256 }, 8],
    ['class -1', { classIndex: -1 }, 8],
    ['class 1.5', { classIndex: 1.5 }, 8],
    ['an uncertainty above 1', { uncertainty: 1.01 }, 9],
    ['an uncertainty that is no number', { uncertainty: Number.NaN }, 9],
    ['a view state above 3', { states: Uint8Array.of(4) }, 0],
  ])('is refused with %s', (_, changes, offset) => {
    expect(() => wire(changes)).toThrow(value(offset));
  });

  it('shares its frame only with verdicts of as many views', () => {
    const other = { ...verdict, slot: 13, states: new Uint8Array(5) };
    expect(() => encodeVerdicts('record', 7, [verdict, other])).toThrow('view counts differ in one frame (byte 12)');
    expect(() => encodeVerdicts('record', 7, [])).toThrow(value(2));
  });

  it('has bits beyond its last view refused', () => {
    expect(() => decodeVerdicts(wire({}).with(11, 0x1a), 'verdict', 7, 6, 1)).toThrow(value(11));
  });

  it('has a bound of samples', () => {
    const bytes = encodeVerdicts('verdict', 7, [verdict, { ...verdict, slot: 13 }]);
    expect(() => decodeVerdicts(bytes, 'verdict', 7, 6, 1)).toThrow(
      expect.objectContaining({ code: 'DDNN_FRAME_OVERSIZED', offset: 12 }),
    );
  });
});
