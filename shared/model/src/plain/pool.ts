import { pooled, type Shape } from '../architecture/shapes.js';

/** A map whose values can be compared: sums of a convolution. */
type Comparable = Int32Array | Float32Array;

/**
 * Max pooling 3x3, stride 2, padding 1: gives `take` the largest value of each window and channel of `map`, output by
 * output. Values beyond the border are left out, as if they were minus infinity.
 *
 * @param shape of `map`, HWC
 */
export function pool(
  map: Comparable,
  { height, width, channels }: Shape,
  take: (at: number, largest: number, channel: number) => void,
): void {
  for (let y = 0, at = 0; y < pooled(height); y++) {
    for (let x = 0; x < pooled(width); x++) {
      for (let channel = 0; channel < channels; channel++, at++) {
        let largest = -Infinity;
        for (let py = Math.max(0, 2 * y - 1); py <= Math.min(height - 1, 2 * y + 1); py++) {
          for (let px = Math.max(0, 2 * x - 1); px <= Math.min(width - 1, 2 * x + 1); px++) {
            largest = Math.max(largest, map[(py * width + px) * channels + channel]);
          }
        }
        take(at, largest, channel);
      }
    }
  }
}
