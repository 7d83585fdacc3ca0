import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';

/** One trainable array. It lives in plain memory, so that the optimiser's steps are the same on every backend. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
  /** The graph sees the signs of the values, which stay in [-1, 1]. */
  readonly binary: boolean;
}

/** The tensors that one run of the graph computes with, by parameter name. */
export type Leaves = ReadonlyMap<string, Tensor>;

/** Every trainable array of a network, in the order of their making. */
export class Parameters {
  readonly all: Parameter[] = [];
  readonly #random: () => number;

  /** @param random uniform in [0, 1): the seed of every initial value */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Weights that the graph sees as signs, drawn as by Glorot and Bengio (2010) and never beyond [-1, 1]. */
  addBinary(name: string, shape: readonly number[], fanIn: number, fanOut: number): void {
    const limit = Math.min(1, Math.sqrt(6 / (fanIn + fanOut)));
    const values = new Float32Array(size(shape));
    for (let i = 0; i < values.length; i++) values[i] = (2 * this.#random() - 1) * limit;
    this.all.push({ name, shape, values, binary: true });
  }

  /** Weights before max(0, x), drawn as by He et al. (2015): variance 2 / fanIn. */
  addFloat(name: string, shape: readonly number[], fanIn: number): void {
    const limit = Math.sqrt(6 / fanIn);
    this.add(name, shape, () => (2 * this.#random() - 1) * limit);
  }

  /** Signs that start at 0, undecided: the first steps of training decide each of them. */
  addSigns(name: string, shape: readonly number[]): void {
    this.all.push({ name, shape, values: new Float32Array(size(shape)), binary: true });
  }

  /** Real numbers; `initial` gives each its first value. */
  add(name: string, shape: readonly number[], initial: (index: number) => number): void {
    const values = Float32Array.from({ length: size(shape) }, (_, i) => initial(i));
    this.all.push({ name, shape, values, binary: false });
  }

  /** Tensors of every parameter, in order; the caller disposes of them. */
  tensors(tf: TensorFlow): Tensor[] {
    return this.all.map(({ values, shape, binary }) =>
      tf.tensor(binary ? values.map((value) => (value >= 0 ? 1 : -1)) : values.slice(), [...shape]),
    );
  }

  /** Gives tensors in the order of {@link tensors} their names. */
  leaves(tensors: readonly Tensor[]): Leaves {
    return new Map(this.all.map(({ name }, i) => [name, tensors[i]]));
  }

  /** The parameter of that name. */
  get(name: string): Parameter {
    const parameter = this.all.find((candidate) => candidate.name === name);
    if (!parameter) throw new Error(`there is no parameter ${name}`);
    return parameter;
  }
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
