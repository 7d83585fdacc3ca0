import { blockShape, type Shape } from '@ddnn/model';
import type { TensorFlow } from '@ddnn/tensor';
import type { Tensor4D } from '@tensorflow/tfjs';

/** A ConvP block as TensorFlow.js takes it: the output is the sign of `scale * (x - mean)`. */
export interface PlainConvP {
  /** filters x 3 x 3 x channels, -1 and +1. */
  readonly weights: Int8Array;
  readonly mean: Float32Array;
  readonly scale: Float32Array;
}

/**
 * A device section as a user of TensorFlow.js writes it, one picture at a time: what the kernels here are measured
 * against. The weights are constants; all other tensors are gone after each call.
 *
 * @returns takes the pixels, HWC, and gives the last map, -1 and +1
 */
export function plainSection(
  tf: TensorFlow,
  input: Shape,
  blocks: readonly PlainConvP[],
): (pixels: Uint8Array) => Float32Array {
  let shape = input;
  const constants = blocks.map(({ weights, mean, scale }) => {
    const { channels } = shape;
    shape = blockShape(shape, { convp: { filters: scale.length } });
    return tf.tidy(() => {
      const filters = tf.tensor4d(Float32Array.from(weights), [scale.length, 3, 3, channels]);
      const filter = tf.transpose(filters, [1, 2, 3, 0]);
      const variance = tf.tensor1d(new Float32Array(mean.length).fill(1));
      return { filter, mean: tf.tensor1d(mean), variance, scale: tf.tensor1d(scale) };
    });
  });
  const { height, width, channels } = input;
  return (pixels) =>
    tf.tidy(() => {
      let map: Tensor4D = tf.tensor4d(pixels, [1, height, width, channels], 'float32');
      for (const { filter, mean, variance, scale } of constants) {
        const pooled = tf.maxPool(tf.conv2d(map, filter, 1, 'same'), 3, 2, 1);
        map = tf.sign(tf.batchNorm(pooled, mean, variance, undefined, scale));
      }
      return map.dataSync<'float32'>();
    });
}
