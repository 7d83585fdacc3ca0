import type { Tensor, Tensor2D, Tensor3D, Tensor5D } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';
import { beginKernels, valuesOf } from './kernels.js';
import { operate } from './operation.js';

/**
 * The linear part of a binary fully connected block (DDNN, section III-C), of one or several groups:
 *
 *   y[g,n,k] = sum over i of  w[g,k,i] x[g,n,i]       i runs over height, width and channels
 *
 * Batch normalisation follows, then sign in a section, nothing in an exit. `weights` are signs; their gradient goes
 * straight through to the real weights, as in {@link convPSums}. dL/dx = w^T dL/dy, dL/dw = dL/dy x^T.
 *
 * @param map [groups, batch, height, width, channels]
 * @param weights [groups, units, inputs]: the order of a bundle's tensor
 * @param mask [groups, batch], 0 where nobody needs a row of a group: its sums and gradients are 0; undefined: all are
 * needed
 * @returns [groups, batch, 1, 1, units]
 */
export function fcSums(tf: TensorFlow, map: Tensor5D, weights: Tensor3D, mask?: Tensor2D): Tensor5D {
  const [groups, batch] = map.shape;
  const [, units, inputs] = weights.shape;
  const rows = groups * batch;
  const sizes = [batch, inputs, units];
  const needed = mask ? valuesOf(tf, mask).slice() : new Float32Array(rows).fill(1);
  return operate<Tensor5D>(tf, [map, weights], (x, w) => {
    const k = beginKernels();
    const y = k.room(rows * units * 4);
    k.run('fcForward', rows, k.placeTensor(tf, x), k.placeTensor(tf, w), k.place(needed), y, ...sizes);
    return { value: k.tensor(tf, y, [groups, batch, 1, 1, units]), keep: [x, w], gradients };
  });

  function gradients(dy: Tensor, [x, w]: readonly Tensor[]): Tensor[] {
    const k = beginKernels();
    const [slopes, present] = [k.placeTensor(tf, dy), k.place(needed)];
    const dx = k.room(x.size * 4);
    const dw = k.room(w.size * 4);
    k.run('fcInputGradient', rows, slopes, k.placeTensor(tf, w), present, dx, ...sizes);
    k.run('fcWeightGradient', groups, k.placeTensor(tf, x), slopes, present, dw, ...sizes);
    return [k.tensor(tf, dx, x.shape), k.tensor(tf, dw, w.shape)];
  }
}
