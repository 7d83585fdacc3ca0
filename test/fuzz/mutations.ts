import fc from 'fast-check';

/** One damage to bytes. Places count from the beginning and wrap around, so that every one fits every length. */
export type Mutation =
  | { readonly do: 'flip'; readonly at: number; readonly bit: number }
  | { readonly do: 'set'; readonly at: number; readonly value: number }
  | { readonly do: 'number'; readonly at: number; readonly value: number; readonly width: 2 | 4; readonly big: boolean }
  | { readonly do: 'cut'; readonly at: number }
  | { readonly do: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly do: 'remove'; readonly at: number; readonly count: number }
  | { readonly do: 'repeat'; readonly at: number; readonly count: number };

/** Small places mostly: headers, kinds and lengths stand at the beginning of all our formats. */
const place = fc.oneof(fc.nat(12), fc.nat(40), fc.nat(5_000));
/** Bytes at which a format changes its mind: signs, marks that another byte follows, ends of ranges. */
const byte = fc.oneof(fc.constantFrom(0, 1, 2, 127, 128, 129, 254, 255), fc.nat(255));
/** Numbers that a length, an offset or a count had better not be. */
const number = fc.oneof(
  fc.constantFrom(0, 1, 127, 128, 255, 256, 16_383, 16_384, 32_767, 32_768, 65_535, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1),
  fc.nat(4_000),
);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ do: fc.constant('flip' as const), at: place, bit: fc.nat(7) }),
  fc.record({ do: fc.constant('set' as const), at: place, value: byte }),
  fc.record({
    do: fc.constant('number' as const),
    at: place,
    value: number,
    width: fc.constantFrom(2 as const, 4 as const),
    big: fc.boolean(),
  }),
  fc.record({ do: fc.constant('cut' as const), at: place }),
  fc.record({ do: fc.constant('insert' as const), at: place, bytes: fc.uint8Array({ minLength: 1, maxLength: 6 }) }),
  fc.record({ do: fc.constant('remove' as const), at: place, count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ do: fc.constant('repeat' as const), at: place, count: fc.integer({ min: 1, max: 16 }) }),
);

/** No damage for one input in five or so, else a little. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(mutation, { maxLength: 4 });

/** The bytes with every damage done to them, one after the other; the bytes given stay as they are. */
export function mutate(bytes: Uint8Array, all: readonly Mutation[]): Uint8Array {
  return all.reduce(damage, bytes);
}

function damage(bytes: Uint8Array, mutation: Mutation): Uint8Array {
  const at = bytes.length === 0 ? 0 : mutation.at % bytes.length;
  const splice = (from: number, to: number, middle: Uint8Array) =>
    new Uint8Array(Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)]));
  switch (mutation.do) {
    case 'flip':
      return bytes.length === 0 ? bytes : bytes.with(at, bytes[at] ^ (1 << mutation.bit));
    case 'set':
      return bytes.length === 0 ? bytes : bytes.with(at, mutation.value);
    case 'number': {
      const { width, value, big } = mutation;
      const low = [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24].slice(0, width);
      return splice(at, Math.min(bytes.length, at + width), Uint8Array.from(big ? low.reverse() : low));
    }
    case 'cut':
      return bytes.slice(0, at);
    case 'insert':
      return splice(at, at, mutation.bytes);
    case 'remove':
      return splice(at, Math.min(bytes.length, at + mutation.count), new Uint8Array(0));
    case 'repeat':
      return splice(at, at, bytes.subarray(at, at + mutation.count));
  }
}
