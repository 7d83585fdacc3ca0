import { describe, expect, it } from 'vitest';
import { Street, StreetError, streetClasses } from './index.js';

const seed = 7;

/** FNV-1a, 32 bits, of a picture's bytes; 0 for an absent view. */
function checksum(pixels: Uint8Array | null): number {
  let hash = pixels ? 0x811c9dc5 : 0;
  for (const byte of pixels ?? []) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** The checksums of the six views of a sample. */
const drawn = (street: Street, sample: number) =>
  [0, 1, 2, 3, 4, 5].map((view) => checksum(street.render(sample, view)));

/** Presence of every view of so many samples. */
function presence(street: Street, samples: number): boolean[][] {
  return Array.from({ length: samples }, (_, sample) =>
    Array.from({ length: street.views }, (_, view) => street.render(sample, view) !== null),
  );
}

/** A van in overcast light, a person, a coach, a minibus at dusk; all under seed 1. */
const golden = [
  { sample: 3, sums: [0xfaa3b4c9, 0x8cc5305a, 0x33f741a, 0x6a65d00e, 0x1a37973e, 0xc1b20461] },
  { sample: 4, sums: [0x1030849c, 0x7fc7b128, 0x12bf3b36, 0x1e0e0efd, 0x53dfee98, 0x3eb2479f] },
  { sample: 5, sums: [0x90ec6cb5, 0x199570fc, 0x0, 0x7dd1005d, 0xe949e6e4, 0xba998fde] },
  { sample: 42, sums: [0x37c88476, 0x646cb778, 0x0, 0xef184193, 0x58c5fa8f, 0xa4321867] },
];

describe('the street', () => {
  it('draws the same pixels in another instance and in another order', () => {
    const forward = new Street({ seed });
    const backward = new Street({ seed });
    const expected = Array.from({ length: 12 }, (_, sample) => drawn(forward, sample));
    for (let sample = 11; sample >= 0; sample--) {
      for (let view = 5; view >= 0; view--) {
        expect(checksum(backward.render(sample, view))).toBe(expected[sample]![view]);
      }
      expect(backward.sample(sample)).toEqual(forward.sample(sample));
    }
  });

  it('draws a view the same whether or not the other cameras take part', () => {
    const one = new Street({ seed, views: 1 });
    const six = new Street({ seed });
    for (let sample = 0; sample < 12; sample++) {
      expect(checksum(one.render(sample, 0))).toBe(checksum(six.render(sample, 0)));
    }
  });

  it('hands out pixels that later pictures leave alone', () => {
    const street = new Street({ seed });
    let first: Uint8Array | null = null;
    let sample = -1;
    while (!first) first = street.render(++sample, 0);
    const before = checksum(first);
    for (let view = 0; view < 6; view++) street.render(sample + 1, view);
    expect(checksum(first)).toBe(before);
  });

  it('keeps its pixels from version to version, so that agents of different versions agree on a scene', () => {
    // If this changes on purpose, bundles trained on the street must be trained again. It holds on every engine: the
    // street computes with sums, products and square roots only, which IEEE 754 fixes to the last bit.
    const street = new Street({ seed: 1 });
    for (const { sample, sums } of golden) expect(drawn(street, sample)).toEqual(sums);
  });

  it('shows other traffic under another seed and for far apart samples', () => {
    const describeAll = (s: number, from: number) =>
      Array.from({ length: 8 }, (_, i) => new Street({ seed: s }).sample(from + i).description).join('\n');
    expect(describeAll(1, 0)).not.toBe(describeAll(2, 0));
    expect(describeAll(1, 0)).not.toBe(describeAll(1, 2 ** 32));
    expect(describeAll(1, 0)).not.toBe(describeAll(1 + 2 ** 32, 0));
  });

  it('shows about half cars, a fifth buses and three tenths people', () => {
    const street = new Street({ seed });
    const counts = { car: 0, bus: 0, person: 0 };
    for (let sample = 0; sample < 3000; sample++) counts[street.sample(sample).label]++;
    expect(counts.car / 3000).toBeCloseTo(0.5, 1);
    expect(counts.bus / 3000).toBeCloseTo(0.2, 1);
    expect(counts.person / 3000).toBeCloseTo(0.3, 1);
    expect(Object.keys(counts)).toEqual([...streetClasses]);
  });

  it('leaves 15 to 25 % of the views absent, at no camera much more, and shows nearly every sample to two', () => {
    const rows = presence(new Street({ seed }), 600);
    const absent = [0, 1, 2, 3, 4, 5].map((view) => rows.filter((row) => !row[view]).length / rows.length);
    const mean = absent.reduce((sum, share) => sum + share, 0) / 6;
    expect(mean).toBeGreaterThan(0.15);
    expect(mean).toBeLessThan(0.25);
    for (const share of absent) {
      expect(share).toBeGreaterThan(0.1);
      expect(share).toBeLessThan(0.35);
    }
    const lonely = rows.filter((row) => row.filter(Boolean).length < 2).length;
    expect(lonely / rows.length).toBeLessThan(0.03);
  });

  it('looks different from every camera', () => {
    const street = new Street({ seed });
    for (let sample = 0; sample < 10; sample++) {
      const seen = drawn(street, sample).filter((sum) => sum !== 0);
      expect(new Set(seen).size).toBe(seen.length);
    }
  });

  it('draws pictures of the size asked for, with something to see in them', () => {
    const street = new Street({ seed, size: 48 });
    for (let sample = 0; sample < 10; sample++) {
      for (let view = 0; view < 6; view++) {
        const pixels = street.render(sample, view);
        if (!pixels) continue;
        expect(pixels.length).toBe(48 * 48 * 3);
        expect(Math.max(...pixels) - Math.min(...pixels)).toBeGreaterThan(30);
      }
    }
  });

  it('names the option, sample or view that is out of range', () => {
    expect(() => new Street({ seed: -1 })).toThrow(StreetError);
    expect(() => new Street({ seed: 0.5 })).toThrow(/seed/);
    expect(() => new Street({ seed, size: 4 })).toThrow(/size .* 8 to 256/);
    expect(() => new Street({ seed, views: 7 })).toThrow(/views .* 1 to 6/);
    expect(() => new Street({ seed, views: 3 }).render(0, 3)).toThrow(/view .* 0 to 2/);
    expect(() => new Street({ seed }).sample(-1)).toThrow(/sample/);
  });
});
