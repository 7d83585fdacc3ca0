import { describe, expect, it } from 'vitest';
import { toBytes } from '../../test/naive.js';
import { Seeded } from '../../test/seeded.js';
import type { AggregatorName } from '../architecture/architecture.js';
import { FeatureAggregator, type MapKind } from './feature-aggregator.js';
import { createScoreAggregator, MIX_UNIT } from './score-aggregator.js';

const names: AggregatorName[] = ['max', 'average', 'concat'];
const masks = [1, 2, 3, 4, 5, 6, 7];
const SOURCES = 3;

/** What every aggregator does, whatever it joins. */
interface Subject {
  /** Joins those sources and tells the result in floating point. */
  join(sources: readonly (readonly number[])[], mask: number): number[];
  /** The same in plain floating point, from the present sources as [index, values]. */
  naive(present: readonly (readonly [number, readonly number[]])[]): number[];
  draw(random: Seeded): number[];
}

function scoreSubject(name: AggregatorName): Subject {
  const classes = 4;
  const random = new Seeded(40);
  // Multiples of 1/256, so that the float version is exact.
  const rows = random.array(classes, () => random.array(SOURCES * classes, () => random.integer(-500, 500) / MIX_UNIT));
  const bias = random.array(classes, () => random.integer(-9000, 9000) / MIX_UNIT);
  const mix = {
    weights: Int32Array.from(rows.flat(), (weight) => weight * MIX_UNIT),
    bias: Int32Array.from(bias, (value) => value * MIX_UNIT),
  };
  const aggregator = createScoreAggregator(name, SOURCES, classes, mix);
  return {
    draw: (random) => random.array(classes, () => random.integer(-127, 127)),
    join(sources, mask) {
      const offset = 5;
      aggregator.join(Int8Array.from([...new Array(offset).fill(99), ...sources.flat(), 99]), offset, mask);
      return [...aggregator.out].map((sum) => sum / aggregator.divisor);
    },
    naive(present) {
      if (name === 'concat') {
        return bias.map((value, c) =>
          present.reduce(
            (sum, [v, scores]) => scores.reduce((s, x, k) => s + rows[c][v * classes + k] * x, sum),
            value,
          ),
        );
      }
      return naiveEach(name, classes, present);
    },
  };
}

const shape = { height: 3, width: 2, channels: 5 };

function featureSubject(name: AggregatorName, kind: MapKind): Subject {
  const aggregator = new FeatureAggregator({ name, sources: SOURCES, shape, kind });
  const cells = shape.height * shape.width;
  return {
    draw: (random) =>
      random.array(cells * shape.channels, () => (kind === 'bits' ? random.pick([-1, 1]) : random.integer(0, 255))),
    join(sources, mask) {
      const maps = sources.map((map, s) => {
        if (((mask >> s) & 1) === 0) return s % 2 ? null : undefined;
        return kind === 'bits' ? toBytes(map) : Uint8Array.from(map);
      });
      aggregator.join(maps, mask);
      return [...aggregator.out].map((sum) => sum / aggregator.divisor);
    },
    naive(present) {
      if (name !== 'concat') return naiveEach(name, cells * shape.channels, present);
      const absent = new Array<number>(cells * shape.channels).fill(0);
      const all = [0, 1, 2].map((s) => present.find(([source]) => source === s)?.[1] ?? absent);
      return Array.from({ length: cells }, (_, cell) =>
        all.flatMap((map) => map.slice(cell * shape.channels, (cell + 1) * shape.channels)),
      ).flat();
    },
  };
}

function naiveEach(
  name: AggregatorName,
  length: number,
  present: readonly (readonly [number, readonly number[]])[],
): number[] {
  return Array.from({ length }, (_, i) => {
    const values = present.map(([, source]) => source[i]);
    if (name === 'max') return Math.max(...values);
    return values.reduce((a, b) => a + b) / values.length;
  });
}

const subjects = names.flatMap((name) => [
  { name, what: `${name} of scores`, subject: scoreSubject(name) },
  { name, what: `${name} of bits`, subject: featureSubject(name, 'bits') },
  { name, what: `${name} of pixels`, subject: featureSubject(name, 'pixels') },
]);

describe.each(subjects)('$what', ({ name, subject }) => {
  it.each(masks)('joins the sources of mask %i as plain floating point does', (mask) => {
    const random = new Seeded(mask);
    for (let run = 0; run < 50; run++) {
      const sources = random.array(SOURCES, () => subject.draw(random));
      const present = sources.map((values, s) => [s, values] as const).filter(([s]) => (mask >> s) & 1);
      expect(subject.join(sources, mask)).toEqual(subject.naive(present));
    }
  });

  it('hears nothing of a source that is not present', () => {
    const random = new Seeded(9);
    for (const mask of masks) {
      const sources = random.array(SOURCES, () => subject.draw(random));
      const others = sources.map((values, s) => ((mask >> s) & 1 ? values : subject.draw(random)));
      expect(subject.join(others, mask)).toEqual(subject.join(sources, mask));
    }
  });

  it('remembers nothing of the sample before', () => {
    const random = new Seeded(10);
    const [first, second] = [0, 1].map(() => random.array(SOURCES, () => subject.draw(random)));
    const fresh = subject.join(second, 2);
    subject.join(first, 7);
    expect(subject.join(second, 2)).toEqual(fresh);
  });

  it('does not care who is who, unless it concatenates', () => {
    const random = new Seeded(11);
    const [a, b, c] = random.array(SOURCES, () => subject.draw(random));
    const [one, other] = [subject.join([a, b, c], 7), subject.join([c, a, b], 7)];
    if (name === 'concat') expect(other).not.toEqual(one);
    else expect(other).toEqual(one);
  });

  it('passes on a single source as it is, unless it concatenates', () => {
    const random = new Seeded(12);
    const sources = random.array(SOURCES, () => subject.draw(random));
    if (name !== 'concat') expect(subject.join(sources, 4)).toEqual(sources[2]);
  });
});

describe('learned stand-ins', () => {
  const random = new Seeded(50);

  it('are features in place of those of a concatenated source that is not present', () => {
    const cells = shape.height * shape.width;
    const draw = () => random.array(SOURCES, () => random.array(cells * shape.channels, () => random.pick([-1, 1])));
    const standIns = draw();
    const aggregator = new FeatureAggregator({
      ...{ name: 'concat', sources: SOURCES, shape, kind: 'bits' },
      standIns: standIns.map(toBytes),
    });
    for (const mask of [0, ...masks]) {
      const maps = draw();
      aggregator.join(maps.map(toBytes), mask);
      const expected = Array.from({ length: cells }, (_, cell) =>
        maps.flatMap((map, s) =>
          Array.from(
            { length: shape.channels },
            (_, c) => ((mask >> s) & 1 ? map : standIns[s])[cell * shape.channels + c],
          ),
        ),
      );
      expect([...aggregator.out]).toEqual(expected.flat());
    }
  });

  it('are scores, which the mix hears where a view is not present', () => {
    const classes = 4;
    const weights = Int32Array.from(random.array(classes * SOURCES * classes, () => random.integer(-500, 500)));
    const bias = Int32Array.from(random.array(classes, () => random.integer(-9000, 9000)));
    const missing = Int8Array.from(random.array(SOURCES * classes, () => random.integer(-127, 127)));
    const learned = createScoreAggregator('concat', SOURCES, classes, { weights, bias, missing });
    const plain = createScoreAggregator('concat', SOURCES, classes, { weights, bias });
    for (const mask of [0, ...masks]) {
      const said = Int8Array.from(random.array(SOURCES * classes, () => random.integer(-127, 127)));
      learned.join(Int8Array.of(99, ...said), 1, mask);
      plain.join(
        said.map((score, i) => ((mask >> Math.floor(i / classes)) & 1 ? score : missing[i])),
        0,
        7,
      );
      expect(learned.out).toEqual(plain.out);
    }
  });
});

describe('a score aggregator', () => {
  it('without any view leaves max and average undecided, with a divisor that divides', () => {
    for (const name of ['max', 'average'] as const) {
      const aggregator = createScoreAggregator(name, 2, 3);
      aggregator.join(Int8Array.of(1, 2, 3, 4, 5, 6), 0, 0);
      expect(new Set(aggregator.out).size).toBe(1);
      expect(aggregator.divisor).toBe(1);
    }
  });

  it('keeps the lowest score there is', () => {
    const aggregator = createScoreAggregator('max', 2, 2);
    aggregator.join(Int8Array.of(-127, -128, -128, -127), 0, 0b01);
    expect([...aggregator.out]).toEqual([-127, -128]);
  });

  it('reads the mask up to its bit 31', () => {
    const aggregator = createScoreAggregator('average', 32, 1);
    const scores = new Int8Array(32);
    scores[31] = 64;
    aggregator.join(scores, 0, 1 << 31);
    expect([aggregator.out[0], aggregator.divisor]).toEqual([64, 1]);
    aggregator.join(scores, 0, -1);
    expect([aggregator.out[0], aggregator.divisor]).toEqual([64, 32]);
  });

  it('cannot concatenate without weights', () => {
    expect(() => createScoreAggregator('concat', 2, 3)).toThrow('needs its weights');
  });
});

describe('a feature aggregator', () => {
  it('has a divisor other than 1 only where it averages', () => {
    const map = new Uint8Array(4);
    for (const name of names) {
      const aggregator = new FeatureAggregator({ name, sources: 3, shape, kind: 'bits' });
      aggregator.join([map, map, map], 0b101);
      expect(aggregator.divisor).toBe(name === 'average' ? 2 : 1);
      aggregator.join([], 0);
      expect(aggregator.divisor).toBe(1);
      expect(aggregator.out.every((value) => value === 0)).toBe(true);
    }
  });

  it.each(names)('by %s names a present source whose features are missing', (name) => {
    const aggregator = new FeatureAggregator({ name, sources: 2, shape, kind: 'bits' });
    expect(() => aggregator.join([new Uint8Array(4), null], 0b11)).toThrow('source 1 is present');
    expect(() => aggregator.join([], 0b1)).toThrow('source 0 is present');
  });

  it.each([
    ['bits', 3],
    ['bits', 5],
    ['pixels', 29],
    ['pixels', 31],
  ] as const)('refuses %s in %i bytes', (kind, length) => {
    const aggregator = new FeatureAggregator({ name: 'max', sources: 1, shape, kind });
    expect(() => aggregator.join([new Uint8Array(length)], 1)).toThrow(`features of ${length} bytes, expected`);
  });
});
