import type { Tensor4D } from '@tensorflow/tfjs';

/**
 * Gradient of max pooling behind a convolution 3x3 with respect to the filters, [filters, 3, 3, channels]. Pooling
 * passes each output's gradient to one cell, and many are 0 (absent views, the flat part of sign): going through the outputs is several
 * times faster than the two dense gradients.
 *
 * @param pixels [batch, height, width, channels]
 * @param convolved [batch, height, width, filters]
 * @param pooled [batch, rows, columns, filters]
 * @param dy gradient with respect to `pooled`
 */
export function pixelFilterGradient(
  pixels: Tensor4D,
  convolved: Tensor4D,
  pooled: Tensor4D,
  dy: Tensor4D,
): Float32Array {
  const [batch, height, width, channels] = pixels.shape;
  const [, rows, columns, filters] = pooled.shape;
  const x = pixels.dataSync<'float32'>();
  const sums = convolved.dataSync<'float32'>();
  const maxima = pooled.dataSync<'float32'>();
  const slopes = dy.dataSync<'float32'>();
  const line = 3 * channels;
  const gradient = new Float64Array(filters * 3 * line);
  for (let n = 0, at = 0; n < batch; n++) {
    const image = n * height * width;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (let f = 0; f < filters; f++, at++) {
          const slope = slopes[at];
          if (slope === 0) continue;
          const cell = firstMaximum(sums, image * filters + f, filters, width, height, row, column, maxima[at]);
          const cy = Math.floor(cell / width);
          const cx = cell - cy * width;
          // A line of the patch is contiguous in the image and in the filter, but for what lies outside.
          const begin = cx === 0 ? channels : 0;
          const end = cx === width - 1 ? line - channels : line;
          for (let v = Math.max(0, 1 - cy); v < Math.min(3, height + 1 - cy); v++) {
            const from = (image + (cy + v - 1) * width + cx - 1) * channels;
            const to = (f * 3 + v) * line;
            for (let i = begin; i < end; i++) gradient[to + i] += slope * x[from + i];
          }
        }
      }
    }
  }
  return Float32Array.from(gradient);
}

/** The first cell of a pooling window that holds its maximum. */
function firstMaximum(
  sums: Float32Array,
  offset: number,
  stride: number,
  width: number,
  height: number,
  row: number,
  column: number,
  maximum: number,
): number {
  const right = Math.min(width - 1, 2 * column + 1);
  for (let y = Math.max(0, 2 * row - 1); y <= Math.min(height - 1, 2 * row + 1); y++) {
    for (let x = Math.max(0, 2 * column - 1); x <= right; x++) {
      const cell = y * width + x;
      if (sums[offset + cell * stride] === maximum) return cell;
    }
  }
  throw new Error('no cell of a pooling window holds its maximum');
}
