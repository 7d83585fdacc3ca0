import { createHash } from 'node:crypto';
import type { ResolvedArchitecture } from '@ddnn/model';
import { randomBundle } from '@ddnn/model/testing';
import fc from 'fast-check';
import { type Mutation, mutate, mutations } from './mutations.js';

/** A bundle as somebody might hand it over: its hash is right, whatever is in it. */
export interface BundleInput {
  readonly bytes: Uint8Array;
  /** Nothing was done to it. */
  readonly whole: boolean;
  /** Compute with it on WebAssembly too. */
  readonly simd: boolean;
}

const tiny: ResolvedArchitecture = {
  name: 'tiny',
  input: { height: 3, width: 4, channels: 1 },
  views: 2,
  classes: ['car', 'bus', 'person'],
  device: { section: [{ convp: { filters: 3 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [{ fc: { units: 5 } }] },
};

/** Every kind of section, exit, aggregator and code. */
const architectures: readonly ResolvedArchitecture[] = [
  tiny,
  { ...tiny, local: { aggregator: 'average', scoreBits: 3 }, device: { ...tiny.device, coding: 'arithmetic' } },
  { ...tiny, cloud: { aggregator: 'average', arithmetic: 'float', section: [{ convp: { filters: 2 } }] } },
  {
    ...tiny,
    local: { aggregator: 'concat', missing: 'learned', confidence: 'gate' },
    edge: { aggregator: 'concat', missing: 'learned', section: [{ convp: { filters: 5 } }], groups: [[1], [0]] },
    cloud: { aggregator: 'concat', missing: 'learned', section: [{ fc: { units: 9 } }] },
  },
  {
    ...tiny,
    edge: { aggregator: 'average', arithmetic: 'float', confidence: 'margin', section: [{ fc: { units: 4 } }] },
  },
  { ...tiny, device: { section: [] }, local: undefined },
  {
    ...tiny,
    device: { section: [{ convp: { filters: 2 } }, { fc: { units: 3 } }] },
    cloud: { aggregator: 'max', section: [] },
  },
];
/** One bundle of each. */
export const wholeBundles = architectures.map((architecture, i) => randomBundle(architecture, i + 1));

const PREFIX_BYTES = 12;
const HASH_BYTES = 32;
const align = (offset: number) => Math.ceil(offset / 8) * 8;

/** Puts the right hash behind a body. */
export function hashed(body: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([body, createHash('sha256').update(body).digest()]));
}

/** Stands in a header where the JSON of something too deep for `JSON.stringify` belongs. */
export const DEEP = '@deep@';
const DEPTH = 20_000;

/** What no key of a header should be. */
const oddValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, '', [], {}, 'constructor', '__proto__', DEEP, [DEEP], {
    toString: null,
    valueOf: 1,
  }),
  fc.constantFrom<unknown>(
    0,
    -1,
    0.5,
    1e308,
    -1e308,
    5e-324,
    1e-40,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    '7',
    '\ud800',
    'x'.repeat(5_000),
  ),
  fc.constantFrom<unknown>(
    [[[[]]]],
    ['a', 'a'],
    Array(300).fill(0),
    { length: 3 },
    { fc: { units: 1 } },
    'never',
    'learned',
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** One change to a header: the way from its root, by places among the keys; then what is put there, or nothing. */
interface Edit {
  readonly way: readonly number[];
  readonly put: unknown;
  readonly remove: boolean;
  readonly newKey: string | null;
}
const edit: fc.Arbitrary<Edit> = fc.record({
  way: fc.array(fc.nat(40), { minLength: 1, maxLength: 6 }),
  put: oddValues,
  remove: fc.nat(5).map((dice) => dice === 5),
  newKey: fc.option(fc.constantFrom('__proto__', 'constructor', 'toString', 'length', 'extra'), { freq: 8 }),
});

/** Changes a header in place. */
function apply(header: unknown, { way, put: given, remove, newKey }: Edit): void {
  // A copy of its own, or two edits could put one thing into itself.
  const put = structuredClone(given);
  let at = header as Record<string, unknown>;
  for (const [i, step] of way.entries()) {
    const keys = Object.keys(at);
    if (keys.length === 0) return;
    const key = keys[step % keys.length];
    const child = at[key];
    const deeper = typeof child === 'object' && child !== null && i < way.length - 1;
    if (deeper) at = child as Record<string, unknown>;
    else if (newKey !== null && !Array.isArray(at))
      // Not by assignment, for that would set the prototype.
      Object.defineProperty(at, newKey, { value: put, enumerable: true, configurable: true, writable: true });
    else if (remove) Array.isArray(at) ? at.splice(Number(key), 1) : delete at[key];
    else at[key] = put;
    if (!deeper) return;
  }
}

/** Other numbers at an exit: the ends of what a double is, and a little of everything. */
const exitNumbers = fc
  .record({
    exit: fc.constantFrom('local', 'edge', 'cloud'),
    key: fc.constantFrom('step', 'threshold'),
    value: fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, -1, 1, 1e-320, 1e300, 1e308),
    ),
  })
  .map(
    ({ exit, key, value }) =>
      (bundle: Uint8Array) =>
        withHeader(bundle, (header) => {
          const { exits } = header as { exits: Record<string, Record<string, number>> };
          if (exits[exit]) exits[exit][key] = value;
        }),
  );

/** A bundle with another header before the same tensors; `@deep@` in it becomes an array in an array, and so on. */
export function withHeader(bundle: Uint8Array, change: (header: unknown) => void): Uint8Array {
  const length = new DataView(bundle.buffer, bundle.byteOffset).getUint32(8, true);
  const header = JSON.parse(new TextDecoder().decode(bundle.subarray(PREFIX_BYTES, PREFIX_BYTES + length)));
  change(header);
  const json = JSON.stringify(header).replaceAll(`"${DEEP}"`, '['.repeat(DEPTH) + ']'.repeat(DEPTH));
  const text = new TextEncoder().encode(json);
  const tensors = bundle.subarray(align(PREFIX_BYTES + length), -HASH_BYTES);
  const body = new Uint8Array(align(PREFIX_BYTES + text.length) + tensors.length);
  body.set(bundle.subarray(0, 8));
  new DataView(body.buffer).setUint32(8, text.length, true);
  body.set(text, PREFIX_BYTES);
  body.set(tensors, align(PREFIX_BYTES + text.length));
  return hashed(body);
}

/** Values that a tensor had better not hold: its bytes from a place on become these, over and over. */
interface Filling {
  readonly at: number;
  readonly count: number;
  readonly pattern: Uint8Array;
}
const filling: fc.Arbitrary<Filling> = fc.record({
  at: fc.nat(2_000),
  count: fc.integer({ min: 1, max: 64 }),
  pattern: fc.constantFrom(
    Uint8Array.of(0),
    Uint8Array.of(255),
    Uint8Array.of(128),
    Uint8Array.of(0, 0, 0, 128),
    Uint8Array.of(255, 255, 255, 127),
    Uint8Array.of(255, 255, 127, 127),
    Uint8Array.of(0, 0, 128, 127),
    Uint8Array.of(1, 0, 0, 0),
  ),
});

/** Fills from the end of the file, where the tensors stand, in whole values of 32 bits. */
function fill(bundle: Uint8Array, { at, count, pattern }: Filling): Uint8Array {
  const body = bundle.slice(0, -HASH_BYTES);
  const from = Math.max(PREFIX_BYTES, body.length - 4 - 4 * (at % (body.length >> 2)));
  for (let i = 0; i < 4 * count && from + i < body.length; i++) body[from + i] = pattern[i % pattern.length];
  return hashed(body);
}

const damaged = (bundle: Uint8Array, all: readonly Mutation[]) =>
  all.length === 0 ? bundle : hashed(mutate(bundle.subarray(0, -HASH_BYTES), all));

/** Bundles with a right hash: whole ones, with bytes damaged, with another header, with other weights. */
export const bundles: fc.Arbitrary<BundleInput> = fc
  .record({
    which: fc.nat(wholeBundles.length - 1),
    change: fc.oneof(
      mutations.map((all) => (bundle: Uint8Array) => damaged(bundle, all)),
      fc.array(edit, { minLength: 1, maxLength: 3 }).map(
        (all) => (bundle: Uint8Array) =>
          withHeader(bundle, (header) => {
            for (const each of all) apply(header, each);
          }),
      ),
      exitNumbers,
      fc.array(filling, { minLength: 1, maxLength: 3 }).map((all) => (bundle: Uint8Array) => all.reduce(fill, bundle)),
    ),
    simd: fc.nat(15).map((dice) => dice === 15),
  })
  .map(({ which, change, simd }) => {
    const bytes = change(wholeBundles[which]);
    return { bytes, simd, whole: bytes === wholeBundles[which] };
  });
