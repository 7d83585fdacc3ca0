import type { Tensor, Tensor2D, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';
import { beginKernels, valuesOf } from './kernels.js';
import { operate } from './operation.js';
import type { Leaves } from './parameters.js';

/** Added to a variance before its root. */
export const NORM_EPSILON = 1e-5;

/** The activation after a norm. */
export type ActivationName = 'none' | 'sign' | 'relu';
/** As the kernels number them. */
const ACTIVATIONS: readonly ActivationName[] = ['none', 'sign', 'relu'];

/** How a run of the graph does batch normalisation (Ioffe and Szegedy 2015, algorithms 1 and 2). */
export interface Norms {
  /**
   * @param name the norm's
   * @param sums [groups, batch, height, width, channels]; every channel of every group has its own statistics
   * @param mask [groups, batch], 1 where a row counts for a group; undefined: all do
   */
  apply(name: string, sums: Tensor5D, mask: Tensor2D | undefined): Tensor5D;
  /** The same with an activation after it, in one operation; left out: there is no such operation. */
  activate?(name: string, sums: Tensor5D, mask: Tensor2D | undefined, activation: ActivationName): Tensor5D;
}

/**
 * Training: y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with mean and variance of the batch's rows that
 * count.
 */
export class BatchNorms implements Norms {
  readonly #tf: TensorFlow;
  readonly #leaves: Leaves;

  constructor(tf: TensorFlow, leaves: Leaves) {
    this.#tf = tf;
    this.#leaves = leaves;
  }

  /** Rows that don't count come out as 0. */
  apply(name: string, sums: Tensor5D, mask: Tensor2D | undefined): Tensor5D {
    return this.activate(name, sums, mask, 'none');
  }

  /** Behind sign the gradient passes straight through, as in {@link sign}. */
  activate(name: string, sums: Tensor5D, mask: Tensor2D | undefined, activation: ActivationName): Tensor5D {
    const tf = this.#tf;
    const [groups, batch, height, width, channels] = sums.shape;
    const sizes = [batch, height * width, channels, ACTIVATIONS.indexOf(activation)];
    const parameters = groups * channels;
    const counts = mask ? valuesOf(tf, mask).slice() : new Float32Array(groups * batch).fill(1);
    const leaves = ['gamma', 'beta'].map((leaf) => this.#leaves.get(`${name}.${leaf}`)!);
    return operate<Tensor5D>(tf, [sums, ...leaves], (x, gamma, beta) => {
      const k = beginKernels();
      const inputs = [k.placeTensor(tf, x), k.place(counts), k.placeTensor(tf, gamma), k.placeTensor(tf, beta)];
      const [y, mean, deviation] = [k.room(x.size * 4), k.room(parameters * 4), k.room(parameters * 4)];
      k.run('normForward', groups, ...inputs, y, mean, deviation, k.room(parameters * 8), ...sizes, NORM_EPSILON);
      const statistics = [mean, deviation].map((at) => k.floats(at, parameters).slice());
      return {
        value: k.tensor(tf, y, x.shape),
        keep: [x, gamma, beta],
        gradients: (dy, kept) => gradients(dy, kept, statistics),
      };
    });

    function gradients(dy: Tensor, [x, gamma, beta]: readonly Tensor[], statistics: Float32Array[]): Tensor[] {
      const k = beginKernels();
      const inputs = [k.placeTensor(tf, dy), k.placeTensor(tf, x), k.place(counts)];
      inputs.push(k.placeTensor(tf, gamma), k.placeTensor(tf, beta), ...statistics.map((values) => k.place(values)));
      const [dx, dGamma, dBeta] = [k.room(dy.size * 4), k.room(parameters * 4), k.room(parameters * 4)];
      k.run('normBackward', groups, ...inputs, dx, dGamma, dBeta, k.room(parameters * 16), ...sizes);
      return [k.tensor(tf, dx, dy.shape), k.tensor(tf, dGamma, gamma.shape), k.tensor(tf, dBeta, beta.shape)];
    }
  }
}

/** Scale and offset of a norm whose statistics are fixed: y = x * scale + offset; `groups * channels` values each. */
export interface FrozenNorm {
  readonly scale: Float32Array;
  readonly offset: Float32Array;
}

/**
 * Inference: x * scale, rounded to float32, + offset, rounded again. These are two operations and never a fused one,
 * because `foldNorm` of @ddnn/model emulates exactly these.
 */
export class FrozenNorms implements Norms {
  readonly #tf: TensorFlow;
  readonly #norms: ReadonlyMap<string, FrozenNorm>;

  constructor(tf: TensorFlow, norms: ReadonlyMap<string, FrozenNorm>) {
    this.#tf = tf;
    this.#norms = norms;
  }

  apply(name: string, sums: Tensor5D): Tensor5D {
    const tf = this.#tf;
    const norm = this.#norms.get(name);
    if (!norm) throw new Error(`norm ${name} has no statistics yet`);
    const [groups, batch, height, width, channels] = sums.shape;
    const x = tf.reshape(sums, [groups, batch * height * width, channels]);
    const [scale, offset] = [norm.scale, norm.offset].map((values) => tf.tensor(values, [groups, 1, channels]));
    return tf.reshape(tf.add<Tensor4D>(tf.mul(x, scale), offset), sums.shape);
  }
}
