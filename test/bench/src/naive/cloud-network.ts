import { type Block, type Bundle, blockShape, type Shape, unpackSigns, volume } from '@ddnn/model';
import type { TensorFlow } from '@ddnn/tensor';

/**
 * The cloud section and its exit through TensorFlow.js, one sample a call: joined features in, one score a class out.
 */
export type NaiveNetwork = (features: readonly number[]) => Float32Array;

type Tensor = ReturnType<TensorFlow['tensor']>;
type Layer = (x: Tensor) => Tensor;

/** Builds the network that the bundle describes, of the stock operations; the weights are uploaded once. */
export function naiveNetwork(tf: TensorFlow, bundle: Bundle): NaiveNetwork {
  const { architecture, shapes } = bundle;
  const float = architecture.cloud.arithmetic === 'float';
  const layers: Layer[] = [];
  let shape = shapes.cloud.input;
  for (const [i, block] of architecture.cloud.section.entries()) {
    const name = `cloud.${i}`;
    const output = blockShape(shape, block);
    layers.push(linear(tf, bundle, `${name}.weights`, shape, block, output.channels));
    layers.push(float ? reluNorm(tf, bundle, name) : signNorm(tf, bundle, name));
    shape = output;
  }
  const exit = { fc: { units: architecture.classes.length } };
  layers.push(linear(tf, bundle, 'cloud.exit.weights', shape, exit, exit.fc.units));
  layers.push(norm(tf, bundle, 'cloud.exit'));
  const { height, width, channels } = shapes.cloud.input;
  return (features) =>
    tf.tidy(() => {
      const input: Tensor = tf.tensor4d(features as number[], [1, height, width, channels]);
      return layers.reduce((x, layer) => layer(x), input).dataSync() as Float32Array;
    });
}

/** Convolution and pooling, or a matrix product. */
function linear(tf: TensorFlow, bundle: Bundle, name: string, input: Shape, block: Block, outputs: number): Layer {
  if ('fc' in block) {
    const size = volume(input);
    const matrix = tf.tensor2d(values(bundle, name, outputs * size), [outputs, size]).transpose() as Tensor;
    return (x) => tf.matMul(tf.reshape(x, [1, size]), matrix);
  }
  const filters = tf.tensor4d(values(bundle, name, outputs * 9 * input.channels), [outputs, 3, 3, input.channels]);
  const kernel = tf.transpose(filters, [1, 2, 3, 0]);
  return (x) => tf.maxPool(tf.conv2d(x as typeof filters, kernel, 1, 1), 3, 2, 1);
}

function norm(tf: TensorFlow, bundle: Bundle, name: string): Layer {
  const scale = vector(tf, bundle, `${name}.scale`);
  const offset = vector(tf, bundle, `${name}.offset`);
  return (x) => tf.add(tf.mul(x, scale), offset);
}

function reluNorm(tf: TensorFlow, bundle: Bundle, name: string): Layer {
  const normed = norm(tf, bundle, name);
  return (x) => tf.relu(normed(x));
}

/** Batch normalisation and sign, as the bundle holds them: folded into a threshold and a direction. */
function signNorm(tf: TensorFlow, bundle: Bundle, name: string): Layer {
  const directions = vector(tf, bundle, `${name}.directions`);
  const thresholds = vector(tf, bundle, `${name}.thresholds`);
  const [one, two] = [tf.scalar(1), tf.scalar(2)];
  return (x) => tf.sub(tf.mul(tf.cast(tf.greaterEqual(tf.mul(x, directions), thresholds), 'float32'), two), one);
}

function vector(tf: TensorFlow, bundle: Bundle, name: string): Tensor {
  return tf.tensor1d(Float32Array.from(bundle.tensors.get(name)!));
}

/** Weights as floats, whether the bundle holds floats or bits. */
function values(bundle: Bundle, name: string, count: number): Float32Array {
  const stored = bundle.tensors.get(name)!;
  return stored instanceof Float32Array
    ? stored
    : Float32Array.from(unpackSigns(stored as Uint8Array, new Int8Array(count)));
}
