import {
  type Bundle,
  createFeatureCode,
  createScoreCode,
  openBundle,
  scoreLevels,
  UpperTier,
  volume,
} from '@ddnn/model';
import { randomBundle } from '@ddnn/model/testing';
import fc from 'fast-check';
import { createSummaryReaders } from '../../edge-broker/src/devices/summary-reader.js';
import { type Mutation, mutations } from './mutations.js';

/** Samples in one summary. */
export const MOST_SAMPLES = 5;
const VIEWS = 2;
const CLASSES = ['car', 'bus', 'person'];

/** Codes of one bundle, in plain TypeScript and on WebAssembly, and what reads what they write. */
export interface Codes {
  readonly name: string;
  readonly featureBytes: number;
  /** Bits of the last byte that belong to the map. */
  readonly lastBits: number;
  readonly levels: number;
  readonly plain: ReturnType<typeof createFeatureCode>;
  readonly simd: ReturnType<typeof createFeatureCode>;
  readonly scores: ReturnType<typeof createScoreCode>;
  readonly readers: ReturnType<typeof createSummaryReaders>;
  readonly tiers: readonly UpperTier[];
}

/** Maps that fill their last byte and maps that do not, a single bit, one row, more channels than speak for a bit. */
const shapes = [
  { height: 1, width: 1, filters: 1 },
  { height: 5, width: 7, filters: 3 },
  { height: 8, width: 8, filters: 4 },
  { height: 1, width: 31, filters: 2 },
  { height: 9, width: 3, filters: 11 },
  { height: 16, width: 16, filters: 4 },
];

/** Made once: coding is fuzzed here, reading bundles elsewhere. */
export const codes: readonly Codes[] = shapes.map(({ height, width, filters }, i) => {
  const name = `${height} x ${width} x ${filters}`;
  const scoreBits = 1 + (i % 4);
  const bundle = openBundle(
    randomBundle(
      {
        name,
        input: { height, width, channels: 1 },
        views: VIEWS,
        classes: CLASSES,
        device: { section: [{ convp: { filters } }], coding: 'arithmetic' },
        local: { aggregator: 'average', scoreBits },
        cloud: { aggregator: i % 2 === 0 ? 'concat' : 'max', section: [{ fc: { units: 5 } }] },
      },
      i + 1,
    ),
  );
  return codesOf(name, bundle);
});

function codesOf(name: string, bundle: Bundle): Codes {
  const { featureBytes, output } = bundle.shapes.device;
  return {
    name,
    featureBytes,
    lastBits: volume(output) % 8 || 8,
    levels: scoreLevels(bundle.architecture)!,
    plain: createFeatureCode(bundle, 0, 'plain'),
    simd: createFeatureCode(bundle, 0, 'simd'),
    scores: createScoreCode(bundle, 1),
    readers: createSummaryReaders(bundle, MOST_SAMPLES),
    tiers: [new UpperTier(bundle, 'cloud', 0, 1, 'plain'), new UpperTier(bundle, 'cloud', 0, 1, 'simd')],
  };
}

/** Features and scores of one view, and what happens to them on the way. */
export interface CodedInput {
  readonly code: number;
  /** The map: as many of these bytes as it has. */
  readonly map: Uint8Array;
  /** Where nothing was done to a body, it is this one. */
  readonly stranger: Uint8Array;
  /** Of each sample that a summary tells of: steps below the best of each class, or null where nothing is seen. */
  readonly samples: readonly (readonly number[] | null)[];
  readonly slot: number;
  readonly damage: readonly Mutation[];
}

/** Maps whose bits are mostly alike get shorter, and those at random do not. */
const bits = fc.oneof(fc.constantFrom(0, 255), fc.constantFrom(1, 2, 4, 8, 254, 127), fc.nat(255));
const map = fc.tuple(bits, bits, fc.array(bits, { maxLength: 12 })).map(([first, second, rest]) => {
  const longest = Math.max(...codes.map(({ featureBytes }) => featureBytes));
  return Uint8Array.from({ length: longest }, (_, i) => rest[i] ?? (i % 3 === 0 ? first : second));
});

/** Bodies, messages of scores and coded summaries, right ones and others. */
export const codedBodies: fc.Arbitrary<CodedInput> = fc.record({
  code: fc.nat(codes.length - 1),
  map,
  stranger: fc.uint8Array({ maxLength: 80 }),
  samples: fc.array(fc.option(fc.tuple(fc.nat(15), fc.nat(15), fc.nat(15))), { minLength: 1, maxLength: MOST_SAMPLES }),
  slot: fc.nat(70_000),
  damage: mutations,
});
