import type { AggregatorName } from '@ddnn/model';
import type { Tensor, Tensor2D, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';
import { beginKernels, valuesOf } from './kernels.js';
import { operate } from './operation.js';

/** Below every pixel and every bit, so that an absent source never wins a maximum. */
const NOTHING = -1e6;

/**
 * Feature aggregator of the graph (DDNN, section III-B), as `FeatureAggregator` of @ddnn/model: *max* over the present
 * sources, *average* as their sum and a divisor, *concat* side by side with zeros, or a learned stand-in, for an absent
 * source. The gradient of a maximum goes to every source that holds it.
 *
 * @param sources [sources, batch, height, width, channels]
 * @param mask [sources, batch], 1 where a source is present
 * @param standIns of *concat*: [sources, height, width, channels], the signs in place of an absent source
 * @returns what a section of one group takes
 */
export function joinFeatures(
  tf: TensorFlow,
  name: AggregatorName,
  sources: Tensor5D,
  mask: Tensor2D,
  standIns?: Tensor,
): { readonly maps: readonly [Tensor4D]; readonly divisor: Tensor5D | undefined } {
  const [count, batch, height, width, channels] = sources.shape;
  if (name === 'concat') {
    const joined = concatenate(tf, sources, mask);
    return { maps: [standIns ? fillIn(tf, joined, standIns, mask) : joined], divisor: undefined };
  }
  const rows = tf.reshape(sources, [count, batch, height * width, channels]);
  const weight = tf.reshape(mask, [count, batch, 1, 1]);
  const present = tf.mul<Tensor4D>(rows, weight);
  const shape: [number, number, number, number] = [batch, height, width, channels];
  if (name === 'max') {
    const absent = tf.mul(tf.sub(1, weight), NOTHING);
    return { maps: [tf.reshape(tf.max(tf.add(present, absent), 0), shape)], divisor: undefined };
  }
  const divisor = tf.reshape(tf.maximum(tf.sum(mask, 0), 1), [1, batch, 1, 1, 1]) as Tensor5D;
  return { maps: [tf.reshape(tf.sum(present, 0), shape)], divisor };
}

function concatenate(tf: TensorFlow, sources: Tensor5D, mask: Tensor2D): Tensor4D {
  const [count, batch, height, width, channels] = sources.shape;
  const sizes = [count, batch, height * width, channels];
  const heard = valuesOf(tf, mask).slice();
  const run = (tensor: Tensor, shape: readonly number[], back: boolean) => {
    const k = beginKernels();
    const result = k.room(tensor.size * 4);
    const from = k.placeTensor(tf, tensor);
    const [apart, joined] = back ? [result, from] : [from, result];
    k.run('concat', batch, apart, k.place(heard), joined, Number(back), ...sizes);
    return k.tensor(tf, result, shape);
  };
  return operate(tf, [sources], (x) => ({
    value: run(x, [batch, height, width, count * channels], false),
    keep: [],
    gradients: (dy) => [run(dy, x.shape, true)],
  }));
}

/** Adds the stand-in of each source to the rows in which it is absent, where the joined map has zeros. */
function fillIn(tf: TensorFlow, joined: Tensor4D, standIns: Tensor, mask: Tensor2D): Tensor4D {
  const [batch, height, width, depth] = joined.shape;
  const [count, , , channels] = standIns.shape as [number, number, number, number];
  const cells = height * width;
  const absent = tf.reshape(tf.sub(1, tf.transpose(mask)), [batch, 1, count, 1]);
  const maps = tf.transpose(tf.reshape(standIns, [count, cells, channels]), [1, 0, 2]);
  const filling = tf.reshape(tf.mul(absent, tf.expandDims(maps, 0)), [batch, cells, depth]);
  return tf.reshape(tf.add(tf.reshape(joined, [batch, cells, depth]), filling), [batch, height, width, depth]);
}
