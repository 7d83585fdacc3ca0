/*
 * How the kernels of ConvP keep an image with zeros around it, and which scratch memory they need. `convp.ts` tells
 * why.
 */

/** Positions that one step of the convolution covers. */
export const STEP = 8;

/** Copies an image between zeros. */
export function pad(x: usize, padded: usize, height: i32, width: i32, channels: i32): void {
  const line: usize = (<usize>width * channels) << 2;
  const stride: usize = (<usize>(width + 1) * channels) << 2;
  memory.fill(padded, 0, paddedBytes(height, width, channels));
  let to = padded + stride + ((<usize>channels) << 2);
  for (let y = 0; y < height; y++, x += line, to += stride) memory.copy(to, x, line);
}

/** Bytes of an image between zeros, and of what vectors may read or write behind it. */
export function paddedBytes(height: i32, width: i32, channels: i32): usize {
  return <usize>((((height + 2) * (width + 1) + STEP + 2) * channels + 20) << 2);
}

/** Images that a gradient kernel takes at once: small maps alone would not keep it busy. */
export function imagesAtOnce(height: i32, width: i32): i32 {
  return max(1, 96 / (((height + 1) >> 1) * ((width + 1) >> 1)));
}

/** Bytes of scratch memory of one thread: images between zeros, and a list of their winners or one convolved map. */
export function convPScratch(height: i32, width: i32, channels: i32, filters: i32): usize {
  const lanes = (filters + 3) & ~3;
  const convolved = <usize>(((height * (width + 1) + STEP) * lanes) << 2);
  const images = <usize>imagesAtOnce(height, width);
  const list = images * <usize>(((height + 1) >> 1) * ((width + 1) >> 1) * 8);
  return (images * paddedBytes(height, width, channels) + max(convolved, list) + 63) & ~63;
}
