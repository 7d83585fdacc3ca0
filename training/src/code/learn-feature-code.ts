import { CERTAIN, type FeatureCodeWeights, LOG_ODDS_UNIT, MapContext, type Shape, shareOf, volume } from '@ddnn/model';

/** Passes over the maps; with more passes, maps that were not learned from become no shorter. */
const PASSES = 6;
/** Maps in one step. */
const BATCH = 8;
/** Size of the first steps, in log-odds; it falls to a tenth. */
const RATE = 0.4;
/**
 * How strongly one pass pulls each bit's own log-odds towards 0: if there are few maps, neighbours tell more than the
 * place.
 */
const PULL = 2;
const LARGEST = 32_767;

/**
 * Learns what {@link FeatureCode} needs for the features of one view: logistic regression of each bit on its place and
 * on the neighbours before it, by Adagrad. The same maps in the same order give the same weights on every engine.
 *
 * @param maps features of samples that the view saw
 */
export function learnFeatureCode(shape: Shape, maps: readonly Uint8Array[]): FeatureCodeWeights {
  const learner = new Learner(shape, maps.length);
  const steps = PASSES * Math.ceil(maps.length / BATCH);
  for (let pass = 0, step = 0; pass < PASSES; pass++) {
    for (let first = 0; first < maps.length; first += BATCH, step++) {
      for (const map of maps.slice(first, first + BATCH)) learner.see(map);
      learner.step(RATE * (1 - (0.9 * step) / steps));
    }
  }
  return learner.weights();
}

class Learner {
  readonly #context: MapContext;
  readonly #bias: Parameters;
  readonly #neighbours: Parameters;
  /** The strength of the pull, relative to all maps. */
  readonly #pull: number;
  #seen = 0;

  constructor(shape: Shape, maps: number) {
    this.#context = new MapContext(shape);
    this.#bias = new Parameters(volume(shape));
    this.#neighbours = new Parameters(this.#context.weights);
    this.#pull = PULL / maps;
  }

  /** Adds one map's share to the slopes. */
  see(map: Uint8Array): void {
    const context = this.#context;
    context.walk((i, at, channel) => {
      const bit = (map[i >> 3] >> (i & 7)) & 1;
      const z = this.#bias.values[i] + context.sum(this.#neighbours.values, at, channel);
      const error = shareOf(Math.round(z * LOG_ODDS_UNIT)) / CERTAIN - bit;
      this.#bias.slopes[i] += error;
      context.spread(this.#neighbours.slopes, at, channel, error);
      return bit;
    });
    this.#seen++;
  }

  step(rate: number): void {
    this.#bias.pull(this.#pull * this.#seen);
    this.#bias.step(rate);
    this.#neighbours.step(rate);
    this.#seen = 0;
  }

  weights(): FeatureCodeWeights {
    return { bias: this.#bias.rounded(), neighbours: this.#neighbours.rounded() };
  }
}

/** Values that are learnt, with the slopes of the next step. */
class Parameters {
  readonly values: Float64Array;
  readonly slopes: Float64Array;
  readonly #squares: Float64Array;

  constructor(count: number) {
    this.values = new Float64Array(count);
    this.slopes = new Float64Array(count);
    this.#squares = new Float64Array(count);
  }

  pull(amount: number): void {
    for (let i = 0; i < this.values.length; i++) this.slopes[i] += amount * this.values[i];
  }

  /** Adagrad (Duchi, Hazan and Singer, 2011). */
  step(rate: number): void {
    for (let i = 0; i < this.values.length; i++) {
      const slope = this.slopes[i];
      this.#squares[i] += slope * slope;
      if (slope !== 0) this.values[i] -= (rate * slope) / Math.sqrt(this.#squares[i]);
      this.slopes[i] = 0;
    }
  }

  rounded(): Int16Array {
    return Int16Array.from(this.values, (value) =>
      Math.max(-LARGEST, Math.min(LARGEST, Math.round(value * LOG_ODDS_UNIT))),
    );
  }
}
