import type { Shape } from '../architecture/shapes.js';

/** The most channels before a bit's own that are used to predict it: the nearest ones. */
const CHANNELS_BEFORE = 8;
/**
 * Pixels around a map that are never set, so that neighbours outside of the map contribute nothing: [rows above,
 * columns on each side].
 */
const MARGIN = 2;

/**
 * The bits of a map (HWC) that predict the next one. Bits are coded row by row, pixel by pixel, channel by channel.
 * Used are: of the same channel those to the left (1 and 2), above (1 and 2), above left and above right; of the same
 * pixel the channels before it.
 */
export class MapContext {
  /** Where the weights of each channel's neighbours start; the last entry is how many there are. */
  readonly starts: readonly number[];
  /** Signs -1 and +1, 0 where not yet known or outside: rows of `stride` values, with a margin. */
  readonly signs: Int8Array;
  readonly shape: Shape;
  /** Where a bit's neighbours are, relative to the bit itself, channel after channel. */
  readonly #offsets: Int32Array;
  readonly #stride: number;

  constructor(shape: Shape) {
    const { height, width, channels } = shape;
    this.shape = shape;
    this.#stride = (width + 2 * MARGIN) * channels;
    this.signs = new Int8Array((height + MARGIN) * this.#stride);
    const around = [
      -channels,
      -2 * channels,
      -this.#stride,
      -2 * this.#stride,
      -this.#stride - channels,
      -this.#stride + channels,
    ];
    const offsets = Array.from({ length: channels }, (_, channel) => {
      const before = Math.min(channel, CHANNELS_BEFORE);
      return [...around, ...Array.from({ length: before }, (_, i) => -1 - i)];
    });
    let start = 0;
    this.starts = [0, ...offsets.map((of) => (start += of.length))];
    this.#offsets = Int32Array.from(offsets.flat());
  }

  /** Weights of a code on such maps. */
  get weights(): number {
    return this.starts.at(-1)!;
  }

  /**
   * Visits every bit in the order in which they are coded: `bit` gets the bit's number, where its sign stands, and its
   * channel; what it returns, 0 or 1, is known to those that follow.
   */
  walk(bit: (i: number, at: number, channel: number) => number): void {
    const { height, width, channels } = this.shape;
    this.signs.fill(0);
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = (y + MARGIN) * this.#stride + (x + MARGIN) * channels;
        for (let channel = 0; channel < channels; channel++, i++) {
          this.signs[at + channel] = bit(i, at + channel, channel) === 1 ? 1 : -1;
        }
      }
    }
  }

  /** Sum of `weights` times the neighbours' signs, of the bit at `at` in `channel`. */
  sum(weights: Int16Array | Float64Array, at: number, channel: number): number {
    const { signs, starts } = this;
    let sum = 0;
    for (let i = starts[channel]; i < starts[channel + 1]; i++) sum += weights[i] * signs[at + this.#offsets[i]];
    return sum;
  }

  /** Adds `amount` times each neighbour's sign to `sums`. */
  spread(sums: Float64Array, at: number, channel: number, amount: number): void {
    const { signs, starts } = this;
    for (let i = starts[channel]; i < starts[channel + 1]; i++) sums[i] += amount * signs[at + this.#offsets[i]];
  }
}
