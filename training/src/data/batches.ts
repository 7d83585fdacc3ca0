import type { Batch, TensorFlow } from '@ddnn/tensor';
import type { DataSet } from './data-set.js';

/** Parts of nearly equal length, none above `size`: a short last batch would have poor statistics. */
export function batchRows(rows: readonly number[], size: number): number[][] {
  const count = Math.ceil(rows.length / size);
  return Array.from({ length: count }, (_, i) =>
    rows.slice(Math.floor((i * rows.length) / count), Math.floor(((i + 1) * rows.length) / count)),
  );
}

/**
 * Rows of a data set as tensors.
 *
 * @param hidden views of each of these rows that the aggregators must not hear, as a mask; left out: none
 * @param images pictures of each of these rows; left out: those of the data set
 */
export function createBatch(
  tf: TensorFlow,
  data: DataSet,
  rows: readonly number[],
  hidden?: readonly number[],
  images: DataSet['images'] = rows.map((row) => data.images[row]),
): Batch {
  const { height, width, channels } = data.size;
  const volume = height * width * channels;
  const present = new Float32Array(data.views * rows.length);
  const pixels = Array.from({ length: data.views }, (_, view) => {
    const values = new Float32Array(rows.length * volume);
    for (const [i, { [view]: image }] of images.entries()) {
      if (!image) continue;
      values.set(image, i * volume);
      present[view * rows.length + i] = 1;
    }
    return tf.tensor4d(values, [rows.length, height, width, channels]);
  });
  const shape: [number, number] = [data.views, rows.length];
  const isHeard = (value: number, at: number) =>
    (hidden![at % rows.length] >>> Math.floor(at / rows.length)) & 1 ? 0 : value;
  return {
    pixels,
    present: tf.tensor2d(present, shape),
    heard: hidden && tf.tensor2d(present.map(isHeard), shape),
  };
}
