import type { Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';
import { pixelFilterGradient } from './pixel-gradient.js';

/**
 * The linear part of ConvP (DDNN, section III-C) for one or several groups, each with weights of its own:
 *
 *   y[g,n,i,j,f] = max over |p|,|q| <= 1 of  sum over u,v,c of  w[g,f,u,v,c] x[g][n, 2i+p+u-1, 2j+q+v-1, c]
 *
 * The convolution is padded with zeros, the pooling window ignores what lies outside. Batch normalisation and sign follow in
 * {@link Section}. `weights` are signs; the gradient with respect to them goes to the real weights as it is (straight-through: those are
 * clipped to [-1, 1], where sign passes it). dL/dx and dL/dw are those of convolution and max pooling.
 *
 * @param maps one map [batch, height, width, channels] a group
 * @param weights [groups, filters, 3, 3, channels]: the order of a bundle's tensor
 * @param constant the maps are pixels: nobody asks for dL/dx, so dL/dw can be had faster
 * @returns [groups, batch, ceil(height / 2), ceil(width / 2), filters]
 */
export function convPSums(tf: TensorFlow, maps: readonly Tensor4D[], weights: Tensor5D, constant = false): Tensor5D {
  const filters = apart(tf, weights);
  const sums = constant ? pixelSums : poolConvolved;
  return tf.stack(maps.map((map, group) => sums(tf, map, filters[group]))) as Tensor5D;
}

/** A map [groups, ...] as one tensor a group. */
export function apart(tf: TensorFlow, map: Tensor5D): Tensor4D[] {
  // The gradient of unstack fails where there is one part only (tfjs 4.22).
  return map.shape[0] > 1 ? (tf.unstack(map) as Tensor4D[]) : [tf.squeeze(map, [0])];
}

/** @param filters [filters, 3, 3, channels] */
function poolConvolved(tf: TensorFlow, map: Tensor4D, filters: Tensor4D): Tensor4D {
  return tf.maxPool(convolve(tf, map, filters), 3, 2, 1);
}

function convolve(tf: TensorFlow, map: Tensor4D, filters: Tensor4D): Tensor4D {
  return tf.conv2d(map, tf.transpose(filters, [1, 2, 3, 0]), 1, 1);
}

/** The same with its own gradient, none for the pixels. */
function pixelSums(tf: TensorFlow, pixels: Tensor4D, filters: Tensor4D): Tensor4D {
  const sums = tf.customGrad((weights, save) => {
    const convolved = convolve(tf, pixels, weights as Tensor4D);
    const pooled = tf.maxPool(convolved, 3, 2, 1);
    (save as (tensors: Tensor4D[]) => void)([convolved, pooled]);
    const gradFunc = (dy: Tensor4D, saved: Tensor4D[]) =>
      tf.tensor4d(pixelFilterGradient(pixels, saved[0], saved[1], dy), filters.shape);
    return { value: pooled, gradFunc: gradFunc as never };
  });
  return sums(filters) as Tensor4D;
}
