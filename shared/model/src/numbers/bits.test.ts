import { describe, expect, it } from 'vitest';
import { toBytes } from '../../test/naive.js';
import { Seeded } from '../../test/seeded.js';
import { bitBytes, countBits, maskOf, maskOfPlaces, packSigns, unpackSigns } from './bits.js';

const counts = Array.from({ length: 65 }, (_, i) => i + 1);

describe('bits', () => {
  it('take an eighth of a byte each, rounded up', () => {
    expect([0, 1, 7, 8, 9, 16, 17].map(bitBytes)).toEqual([0, 1, 1, 1, 2, 2, 3]);
  });

  it('stand lowest first', () => {
    expect([...packSigns([1, -1, -1, -1, -1, -1, -1, -1, -1, 1])]).toEqual([1, 2]);
  });

  it.each(counts)('come back as they were packed: %i of them', (count) => {
    const random = new Seeded(count);
    const signs = random.array(count, () => random.pick([-1, 1]));
    const packed = packSigns(signs);
    expect(packed).toEqual(toBytes(signs));
    expect([...unpackSigns(packed, new Int8Array(count))]).toEqual(signs);
    expect([...unpackSigns(packed, new Int32Array(count))]).toEqual(signs);
  });

  it.each(counts)('leave the padding of the last byte 0: %i of them', (count) => {
    const dirty = new Uint8Array(bitBytes(count)).fill(0xff);
    packSigns(new Int8Array(count).fill(1), dirty);
    const set = [...dirty].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
    expect(set).toBe(count);
    expect(packSigns(new Int8Array(count).fill(-1), dirty).every((byte) => byte === 0)).toBe(true);
  });

  it('count 0 and -0 as +1 and NaN as -1', () => {
    expect([...packSigns([0, -0, Number.NaN, 0.5, -1e-45, Infinity, -Infinity])]).toEqual([0b0101011]);
  });
});

describe('a mask', () => {
  it('has a bit for each place that holds something, up to the 32nd', () => {
    const bytes = new Uint8Array(0);
    expect(maskOf([undefined, bytes, null, bytes])).toBe(0b1010);
    expect(maskOf([false, true])).toBe(0b10);
    expect(maskOf([])).toBe(0);
    expect(countBits(maskOf(new Array(32).fill(bytes)))).toBe(32);
  });

  it('is the same from the numbers of the places, in any order', () => {
    expect(maskOfPlaces([3, 1])).toBe(0b1010);
    expect(maskOfPlaces([])).toBe(0);
    expect(maskOfPlaces([31])).toBe(1 << 31);
  });
});
