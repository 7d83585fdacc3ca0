import { type Shape, volume } from '../architecture/shapes.js';
import { bitBytes } from '../numbers/bits.js';
import { ArithmeticDecoder, ArithmeticEncoder } from './arithmetic-coder.js';
import { shareOf } from './log-odds.js';
import { MapContext } from './map-context.js';

/** What training learned about the bits of one view's features: log-odds, in units of 1/256, that a bit is set. */
export interface FeatureCodeWeights {
  /** Of each bit of the map, HWC. */
  readonly bias: Int16Array;
  /** Of each neighbour of each channel: see {@link MapContext}. */
  readonly neighbours: Int16Array;
}

/**
 * Codes features for sending. A bit's probability follows from its place and from the neighbours that were coded before
 * it (logistic regression), and arithmetic coding spends -log2 p bits on it. A body as long as the uncoded bits *is*
 * the uncoded bits: a map that would not become shorter is sent uncoded.
 */
export class FeatureCode {
  readonly #weights: FeatureCodeWeights;
  readonly #context: MapContext;
  readonly #bytes: number;
  readonly #encoder = new ArithmeticEncoder();
  readonly #decoder = new ArithmeticDecoder();

  constructor(shape: Shape, weights: FeatureCodeWeights) {
    this.#weights = weights;
    this.#context = new MapContext(shape);
    this.#bytes = bitBytes(volume(shape));
  }

  /** Body of features, valid until the next one, or the features themselves. */
  encode(features: Uint8Array): Uint8Array {
    this.#encoder.begin();
    this.#walk((share, i) => {
      const bit = (features[i >> 3] >> (i & 7)) & 1;
      this.#encoder.write(bit, share);
      return bit;
    });
    const body = this.#encoder.finish();
    return body.length < this.#bytes ? body : features;
  }

  /** Writes the features of a body, `length` bytes of `bytes` from `offset` on, to `out`. */
  decode(bytes: Uint8Array, offset: number, length: number, out: Uint8Array): void {
    if (length === this.#bytes) {
      out.set(bytes.subarray(offset, offset + length));
      return;
    }
    out.fill(0);
    this.#decoder.begin(bytes, offset, length);
    this.#walk((share, i) => {
      const bit = this.#decoder.read(share);
      if (bit) out[i >> 3] |= 1 << (i & 7);
      return bit;
    });
  }

  /** Visits every bit with its probability; the bit that `visit` returns is then known for the bits that follow. */
  #walk(visit: (share: number, i: number) => number): void {
    const { bias, neighbours } = this.#weights;
    this.#context.walk((i, at, channel) => visit(shareOf(bias[i] + this.#context.sum(neighbours, at, channel)), i));
  }
}
