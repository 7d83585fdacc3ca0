/** A map whose values can be compared: sums of a convolution. */
type Comparable = Int32Array | Float32Array;

/**
 * The largest value of a channel in the 3x3 window of output pixel (x, y), stride 2, padding 1. Values beyond the
 * border are left out, as if they were minus infinity. `map` is height x width x channels, HWC.
 */
export function windowMax(
  map: Comparable,
  height: number,
  width: number,
  channels: number,
  x: number,
  y: number,
  channel: number,
): number {
  let largest = -Infinity;
  for (let py = Math.max(0, 2 * y - 1); py <= Math.min(height - 1, 2 * y + 1); py++) {
    for (let px = Math.max(0, 2 * x - 1); px <= Math.min(width - 1, 2 * x + 1); px++) {
      largest = Math.max(largest, map[(py * width + px) * channels + channel]);
    }
  }
  return largest;
}
