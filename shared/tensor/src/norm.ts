import type { Tensor, Tensor2D, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';
import type { Leaves } from './parameters.js';

/** Added to a variance before its root. */
export const NORM_EPSILON = 1e-5;

/** How a run of the graph does batch normalisation (Ioffe and Szegedy 2015, algorithms 1 and 2). */
export interface Norms {
  /**
   * @param name the norm's
   * @param sums [groups, batch, height, width, channels]; every channel of every group has its own statistics
   * @param mask [groups, batch], 1 where a row counts for a group; undefined: all do
   */
  apply(name: string, sums: Tensor5D, mask: Tensor2D | undefined): Tensor5D;
}

/** Training: y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with mean and variance of the batch's rows that count. */
export class BatchNorms implements Norms {
  readonly #tf: TensorFlow;
  readonly #leaves: Leaves;

  constructor(tf: TensorFlow, leaves: Leaves) {
    this.#tf = tf;
    this.#leaves = leaves;
  }

  apply(name: string, sums: Tensor5D, mask: Tensor2D | undefined): Tensor5D {
    const tf = this.#tf;
    const [groups, batch, height, width, channels] = sums.shape;
    const cells = height * width;
    const x = tf.reshape(sums, [groups, batch, cells, channels]);
    const perChannel = (leaf: string) => tf.reshape(this.#leaves.get(`${name}.${leaf}`)!, [groups, 1, 1, channels]);
    const share = mask && tf.div(mask, tf.maximum(tf.mul(tf.sum(mask, 1, true), cells), 1));
    const weight = share && tf.reshape(share, [groups, batch, 1, 1]);
    const average = (values: Tensor) =>
      weight ? tf.sum(tf.mul(values, weight), [1, 2], true) : tf.mul(tf.sum(values, [1, 2], true), 1 / (batch * cells));
    const centred = tf.sub(x, average(x));
    const variance = average(tf.square(centred));
    const scale = tf.mul(perChannel('gamma'), tf.rsqrt(tf.add(variance, NORM_EPSILON)));
    return tf.reshape(tf.add(tf.mul(centred, scale), perChannel('beta')), sums.shape);
  }
}

/** Scale and offset of a norm whose statistics are fixed: y = x * scale + offset; `groups * channels` values each. */
export interface FrozenNorm {
  readonly scale: Float32Array;
  readonly offset: Float32Array;
}

/**
 * Inference: x * scale, rounded to float32, + offset, rounded again. Two operations and never a fused one, for
 * `foldNorm` of @ddnn/model emulates exactly these.
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
