import { type Shape, volume } from '../architecture/shapes.js';
import { KernelMemory } from '../kernels/kernel-memory.js';
import { bitBytes } from '../numbers/bits.js';
import type { FeatureCodeWeights } from './feature-code.js';
import { shareTable } from './log-odds.js';
import { MapContext } from './map-context.js';

/**
 * Weights of a channel before `assembly/feature-code.ts` reads them: of two bits to the left, of the four above, then
 * channels before.
 */
const LEFT = 2;
const ABOVE = 4;
/** Sums over four channels before, by their bits. */
const SUMS = 16;

/** A memory for the feature codes of several views, which share the table of probabilities. */
export class CodeMemory extends KernelMemory {
  /** Address of the table. */
  readonly shares = this.place(shareTable);
}

/** {@link FeatureCode} on WebAssembly SIMD, bit for bit. */
export class KernelFeatureCode {
  readonly #memory: CodeMemory;
  readonly #bytes: number;
  readonly #most: number;
  readonly #body: number;
  readonly #features: number;
  readonly #code: (writes: number, most: number) => number;
  #views: { readonly body: Uint8Array; readonly features: Uint8Array } | undefined;

  /** @param memory everything is laid out in it before its first code runs */
  constructor(shape: Shape, { bias, neighbours }: FeatureCodeWeights, memory = new CodeMemory()) {
    const { height, width, channels } = shape;
    const { starts } = new MapContext(shape);
    this.#memory = memory;
    this.#bytes = bitBytes(volume(shape));
    // No bit narrows the interval by more than 12 bits, so a decoder reads no further than this.
    this.#most = 4 + Math.ceil(1.5 * volume(shape));
    const count = width * channels;
    const biasAt = memory.place(bias);
    const above = memory.place(aboveRows(neighbours, starts, count));
    const before = memory.place(beforeSums(neighbours, starts));
    const rows = memory.room(3 * (2 * count + 8 * channels + 32));
    const sums = memory.room(4 * count + 32);
    this.#body = memory.room(this.#most);
    this.#features = memory.room(this.#bytes);
    const { shares, kernels } = memory;
    const tables = [height, width, channels, biasAt, above, before, rows, sums, shares] as const;
    this.#code = (writes, most) => kernels.codeFeatures(writes, ...tables, this.#features, this.#body, most);
  }

  /** As `FeatureCode.encode`. */
  encode(features: Uint8Array): Uint8Array {
    const views = this.#stand();
    views.features.set(features);
    const length = this.#code(1, this.#bytes);
    return length < 0 ? features : views.body.subarray(0, length);
  }

  /** As `FeatureCode.decode`. */
  decode(bytes: Uint8Array, offset: number, length: number, out: Uint8Array): void {
    if (length === this.#bytes) {
      out.set(bytes.subarray(offset, offset + length));
      return;
    }
    const { body, features } = this.#stand();
    const count = Math.min(length, this.#most);
    // Bodies are short, so a loop is faster than a typed-array view.
    for (let i = 0; i < count; i++) body[i] = bytes[offset + i];
    this.#code(0, count);
    out.set(features);
  }

  /** Made at the first run: the memory does not grow any more after that. */
  #stand(): { readonly body: Uint8Array; readonly features: Uint8Array } {
    this.#views ??= {
      body: this.#memory.bytes(this.#body, this.#most),
      features: this.#memory.bytes(this.#features, this.#bytes),
    };
    return this.#views;
  }
}

/** Weights of the neighbours above for every bit of a row, each of the four in whole vectors. */
function aboveRows(neighbours: Int16Array, starts: readonly number[], count: number): Int16Array {
  const channels = starts.length - 1;
  const length = (count + 7) & ~7;
  const rows = new Int16Array(ABOVE * length);
  for (let neighbour = 0; neighbour < ABOVE; neighbour++) {
    for (let i = 0; i < count; i++) rows[neighbour * length + i] = neighbours[starts[i % channels] + LEFT + neighbour];
  }
  return rows;
}

/**
 * Of each channel: the weights of the two bits to the left, then its sums over the four channels before it, and the
 * four before those.
 */
function beforeSums(neighbours: Int16Array, starts: readonly number[]): Int32Array {
  return Int32Array.from(
    starts.slice(0, -1).flatMap((start, channel) => {
      const weights = neighbours.subarray(start + LEFT + ABOVE, starts[channel + 1]);
      return [...neighbours.subarray(start, start + LEFT), ...signSums(weights, 0), ...signSums(weights, 4)];
    }),
  );
}

/** Sums of four weights (or fewer, if there are no more) from `first` on: added if the bit is set, else subtracted. */
function signSums(weights: Int16Array, first: number): number[] {
  return Array.from({ length: SUMS }, (_, bits) =>
    weights.subarray(first, first + 4).reduce((sum, weight, i) => sum + ((bits >> i) & 1 ? weight : -weight), 0),
  );
}
