/*
 * Gradients of ConvP's filters and input, with the memory layout and the terms of `convp.ts`. Only the cells that won a
 * pooling window are visited.
 */

import { convPScratch, imagesAtOnce, pad, paddedBytes } from './convp-memory';

/**
 * Lists the winners of one filter whose gradient is not 0: address in the image between zeros, gradient. Returns the
 * list's end.
 */
function listWinners(
  padded: usize,
  dy: usize,
  winners: usize,
  list: usize,
  height: i32,
  width: i32,
  channels: i32,
  filters: i32,
): usize {
  const lanes = (filters + 3) & ~3;
  const rows = (height + 1) >> 1;
  const columns = (width + 1) >> 1;
  const line = width + 1;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, dy += (<usize>filters) << 2, winners += lanes) {
      const slope = load<f32>(dy);
      if (slope === 0) continue;
      const winner = <i32>load<u8>(winners);
      const down = (winner * 11) >> 5;
      const q = (2 * row - 1 + down) * line + 2 * column - 1 + winner - 3 * down;
      store<usize>(list, padded + ((<usize>(q * channels)) << 2));
      store<f32>(list, slope, 4);
      list += 8;
    }
  }
  return list;
}

/**
 * dL/dw of a part of a group's images. A line of a filter is rounded up to whole steps of 12 floats.
 *
 * @param task group * parts + part
 * @param dw [groups, parts, filters, 3, line]: the sums of each part
 */
export function convPFilterGradient(
  task: i32,
  thread: i32,
  x: usize,
  dy: usize,
  winners: usize,
  mask: usize,
  dw: usize,
  scratch: usize,
  parts: i32,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  filters: i32,
): void {
  const lanes = (filters + 3) & ~3;
  const cells = ((height + 1) >> 1) * ((width + 1) >> 1);
  const padded = scratch + <usize>thread * convPScratch(height, width, channels, filters);
  const atOnce = imagesAtOnce(height, width);
  const size = paddedBytes(height, width, channels);
  const list = padded + <usize>atOnce * size;
  const stride = (<usize>(width + 1) * channels) << 2;
  const steps = (3 * channels + 11) / 12;
  const line = <usize>steps * 48;
  dw += <usize>task * filters * 3 * line;
  memory.fill(dw, 0, <usize>filters * 3 * line);
  const group = task / parts;
  const part = task % parts;
  const last = group * batch + ((part + 1) * batch) / parts;
  for (let image = group * batch + (part * batch) / parts; image < last; image += atOnce) {
    const end = min(image + atOnce, last);
    for (let i = image, to = padded; i < end; i++, to += size) {
      if (load<f32>(mask + ((<usize>i) << 2)) === 0) continue;
      pad(x + ((<usize>(i * height * width * channels)) << 2), to, height, width, channels);
    }
    for (let f = 0; f < filters; f++) {
      let listed = list;
      for (let i = image, from = padded; i < end; i++, from += size) {
        if (load<f32>(mask + ((<usize>i) << 2)) === 0) continue;
        const slopes = dy + ((<usize>(i * cells * filters + f)) << 2);
        const won = winners + <usize>(i * cells * lanes + f);
        listed = listWinners(from, slopes, won, listed, height, width, channels, filters);
      }
      for (let step = 0; step < steps; step++) {
        const shift = <usize>step * 48;
        addPatches(list, listed, shift, stride, dw + <usize>f * 3 * line + shift, line);
      }
    }
  }
}

/** Three lines of 12 floats: to += the sum of the listed patches, each times its gradient. */
function addPatches(list: usize, end: usize, shift: usize, stride: usize, to: usize, line: usize): void {
  const to1 = to + line;
  const to2 = to1 + line;
  const stride2 = stride << 1;
  let a0 = v128.load(to);
  let a1 = v128.load(to, 16);
  let a2 = v128.load(to, 32);
  let b0 = v128.load(to1);
  let b1 = v128.load(to1, 16);
  let b2 = v128.load(to1, 32);
  let c0 = v128.load(to2);
  let c1 = v128.load(to2, 16);
  let c2 = v128.load(to2, 32);
  for (; list < end; list += 8) {
    const d = v128.load32_splat(list, 4);
    const x = load<usize>(list) + shift;
    a0 = f32x4.add(a0, f32x4.mul(d, v128.load(x)));
    a1 = f32x4.add(a1, f32x4.mul(d, v128.load(x, 16)));
    a2 = f32x4.add(a2, f32x4.mul(d, v128.load(x, 32)));
    const y = x + stride;
    b0 = f32x4.add(b0, f32x4.mul(d, v128.load(y)));
    b1 = f32x4.add(b1, f32x4.mul(d, v128.load(y, 16)));
    b2 = f32x4.add(b2, f32x4.mul(d, v128.load(y, 32)));
    const z = x + stride2;
    c0 = f32x4.add(c0, f32x4.mul(d, v128.load(z)));
    c1 = f32x4.add(c1, f32x4.mul(d, v128.load(z, 16)));
    c2 = f32x4.add(c2, f32x4.mul(d, v128.load(z, 32)));
  }
  v128.store(to, a0);
  v128.store(to, a1, 16);
  v128.store(to, a2, 32);
  v128.store(to1, b0);
  v128.store(to1, b1, 16);
  v128.store(to1, b2, 32);
  v128.store(to2, c0);
  v128.store(to2, c1, 16);
  v128.store(to2, c2, 32);
}

/**
 * dL/dx of the next {@link imagesAtOnce} images of a group.
 *
 * @param w [groups, filters, 3, line], zeros between 3 * channels and the line's end
 */
export function convPInputGradient(
  task: i32,
  thread: i32,
  dy: usize,
  w: usize,
  winners: usize,
  mask: usize,
  dx: usize,
  scratch: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  filters: i32,
): void {
  const lanes = (filters + 3) & ~3;
  const cells = ((height + 1) >> 1) * ((width + 1) >> 1);
  const padded = scratch + <usize>thread * convPScratch(height, width, channels, filters);
  const atOnce = imagesAtOnce(height, width);
  const size = paddedBytes(height, width, channels);
  const list = padded + <usize>atOnce * size;
  const stride = (<usize>(width + 1) * channels) << 2;
  const steps = (3 * channels + 11) / 12;
  const line = <usize>steps * 48;
  const parts = (batch + atOnce - 1) / atOnce;
  const group = task / parts;
  const first = group * batch + (task % parts) * atOnce;
  const last = min(first + atOnce, (group + 1) * batch);
  memory.fill(padded, 0, <usize>(last - first) * size);
  w += <usize>group * filters * 3 * line;
  for (let f = 0; f < filters; f++, w += 3 * line) {
    let listed = list;
    for (let i = first, to = padded; i < last; i++, to += size) {
      if (load<f32>(mask + ((<usize>i) << 2)) === 0) continue;
      const slopes = dy + ((<usize>(i * cells * filters + f)) << 2);
      const won = winners + <usize>(i * cells * lanes + f);
      listed = listWinners(to, slopes, won, listed, height, width, channels, filters);
    }
    for (let step = 0; step < steps; step++) {
      const shift = <usize>step * 48;
      spreadPatches(list, listed, shift, stride, w + shift, line);
    }
  }
  const bytes = (<usize>(width * channels)) << 2;
  dx += <usize>(first * height) * bytes;
  for (let i = first, image = padded; i < last; i++, image += size) {
    let from = image + stride + ((<usize>channels) << 2);
    for (let y = 0; y < height; y++, dx += bytes, from += stride) memory.copy(dx, from, bytes);
  }
}

function addTo(to: usize, values: v128): void {
  v128.store(to, f32x4.add(v128.load(to), values));
}

/** Three lines of 12 floats of a filter, times each gradient, onto its patch. */
function spreadPatches(list: usize, end: usize, shift: usize, stride: usize, w: usize, line: usize): void {
  const w1 = w + line;
  const w2 = w1 + line;
  const stride2 = stride << 1;
  const a0 = v128.load(w);
  const a1 = v128.load(w, 16);
  const a2 = v128.load(w, 32);
  const b0 = v128.load(w1);
  const b1 = v128.load(w1, 16);
  const b2 = v128.load(w1, 32);
  const c0 = v128.load(w2);
  const c1 = v128.load(w2, 16);
  const c2 = v128.load(w2, 32);
  for (; list < end; list += 8) {
    const d = v128.load32_splat(list, 4);
    const x = load<usize>(list) + shift;
    addTo(x, f32x4.mul(d, a0));
    addTo(x + 16, f32x4.mul(d, a1));
    addTo(x + 32, f32x4.mul(d, a2));
    const y = x + stride;
    addTo(y, f32x4.mul(d, b0));
    addTo(y + 16, f32x4.mul(d, b1));
    addTo(y + 32, f32x4.mul(d, b2));
    const z = x + stride2;
    addTo(z, f32x4.mul(d, c0));
    addTo(z + 16, f32x4.mul(d, c1));
    addTo(z + 32, f32x4.mul(d, c2));
  }
}
