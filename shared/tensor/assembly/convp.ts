/*
 * ConvP without its normalisation (DDNN, section III-C): convolution 3x3 padded with zeros, then max pooling 3x3 with
 * stride 2. Written in AssemblyScript. Four filters go through a vector at once; the convolved map of an image never
 * leaves the cache, and the gradients visit only the cells that won a pooling window, a quarter of all.
 *
 * An image is first copied between zeros: [height + 2][width + 1][channels], where the one zero column left of a line
 * is also right of the line before. So a patch is three runs of 3 * channels floats, and every position of the map is
 * the same work.
 *
 * Pointers and strides are in bytes; `task` counts images [groups * batch] or parts of them, `thread` picks the scratch
 * memory.
 */

import { convPScratch, pad, paddedBytes, STEP } from './convp-memory';

/** Four filters at eight positions: out[p][0..3] = sum over v, k of x[p + v][k] w[v][k][0..3]. */
function convolveWide(a: usize, at: usize, stride: usize, run: usize, w: usize, next: usize, out: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let s4 = s0;
  let s5 = s0;
  let s6 = s0;
  let s7 = s0;
  const at2 = at << 1;
  const at3 = at + at2;
  const at4 = at << 2;
  const at5 = at4 + at;
  const at6 = at3 << 1;
  const at7 = at4 + at3;
  for (let v = 0; v < 3; v++, a += stride) {
    for (let x = a, end = a + run; x < end; x += 4, w += next) {
      const f = v128.load(w);
      s0 = f32x4.add(s0, f32x4.mul(v128.load32_splat(x), f));
      s1 = f32x4.add(s1, f32x4.mul(v128.load32_splat(x + at), f));
      s2 = f32x4.add(s2, f32x4.mul(v128.load32_splat(x + at2), f));
      s3 = f32x4.add(s3, f32x4.mul(v128.load32_splat(x + at3), f));
      s4 = f32x4.add(s4, f32x4.mul(v128.load32_splat(x + at4), f));
      s5 = f32x4.add(s5, f32x4.mul(v128.load32_splat(x + at5), f));
      s6 = f32x4.add(s6, f32x4.mul(v128.load32_splat(x + at6), f));
      s7 = f32x4.add(s7, f32x4.mul(v128.load32_splat(x + at7), f));
    }
  }
  v128.store(out, s0);
  out += next;
  v128.store(out, s1);
  out += next;
  v128.store(out, s2);
  out += next;
  v128.store(out, s3);
  out += next;
  v128.store(out, s4);
  out += next;
  v128.store(out, s5);
  out += next;
  v128.store(out, s6);
  v128.store(out + next, s7);
}

/** Eight filters at four positions. */
function convolveDeep(a: usize, at: usize, stride: usize, run: usize, w: usize, next: usize, out: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let t0 = s0;
  let t1 = s0;
  let t2 = s0;
  let t3 = s0;
  const at2 = at << 1;
  const at3 = at + at2;
  for (let v = 0; v < 3; v++, a += stride) {
    for (let x = a, end = a + run; x < end; x += 4, w += next) {
      const f = v128.load(w);
      const g = v128.load(w, 16);
      const x0 = v128.load32_splat(x);
      s0 = f32x4.add(s0, f32x4.mul(x0, f));
      t0 = f32x4.add(t0, f32x4.mul(x0, g));
      const x1 = v128.load32_splat(x + at);
      s1 = f32x4.add(s1, f32x4.mul(x1, f));
      t1 = f32x4.add(t1, f32x4.mul(x1, g));
      const x2 = v128.load32_splat(x + at2);
      s2 = f32x4.add(s2, f32x4.mul(x2, f));
      t2 = f32x4.add(t2, f32x4.mul(x2, g));
      const x3 = v128.load32_splat(x + at3);
      s3 = f32x4.add(s3, f32x4.mul(x3, f));
      t3 = f32x4.add(t3, f32x4.mul(x3, g));
    }
  }
  v128.store(out, s0);
  v128.store(out, t0, 16);
  out += next;
  v128.store(out, s1);
  v128.store(out, t1, 16);
  out += next;
  v128.store(out, s2);
  v128.store(out, t2, 16);
  out += next;
  v128.store(out, s3);
  v128.store(out, t3, 16);
}

function storeLanes(out: usize, values: v128, lanes: i32): void {
  if (lanes >= 4) {
    v128.store(out, values);
    return;
  }
  v128.store32_lane(out, values, 0);
  if (lanes > 1) v128.store32_lane(out, values, 1, 4);
  if (lanes > 2) v128.store32_lane(out, values, 2, 8);
}

/**
 * One image.
 *
 * @param mask [images]: an image with 0 is left out, its sums are 0
 * @param w [groups, 3, 3 * channels, filters rounded up to 4]
 * @param sums [images, cells, filters]
 * @param winners [images, cells, filters rounded up to 4]: a byte, 0 to 8, the first cell of a window with its maximum
 */
export function convPForward(
  task: i32,
  thread: i32,
  x: usize,
  w: usize,
  mask: usize,
  sums: usize,
  winners: usize,
  scratch: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  filters: i32,
): void {
  const lanes = (filters + 3) & ~3;
  const rows = (height + 1) >> 1;
  const columns = (width + 1) >> 1;
  sums += (<usize>(task * rows * columns * filters)) << 2;
  winners += <usize>(task * rows * columns * lanes);
  if (load<f32>(mask + ((<usize>task) << 2)) === 0) {
    memory.fill(sums, 0, (<usize>(rows * columns * filters)) << 2);
    memory.fill(winners, 0, <usize>(rows * columns * lanes));
    return;
  }
  const padded = scratch + <usize>thread * convPScratch(height, width, channels, filters);
  const convolved = padded + paddedBytes(height, width, channels);
  pad(x + ((<usize>(task * height * width * channels)) << 2), padded, height, width, channels);

  const at = (<usize>channels) << 2;
  const line = width + 1;
  const stride = <usize>line * at;
  const run: usize = 3 * at;
  const next = (<usize>lanes) << 2;
  w += <usize>(task / batch) * 3 * <usize>(3 * channels) * next;
  const positions = height * line;
  for (let q = 0; q < positions; q += STEP) {
    const from = padded + <usize>q * at;
    const out = convolved + <usize>q * next;
    let f = 0;
    for (; f + 8 <= lanes; f += 8) {
      const shift = (<usize>f) << 2;
      convolveDeep(from, at, stride, run, w + shift, next, out + shift);
      convolveDeep(from + (at << 2), at, stride, run, w + shift, next, out + (next << 2) + shift);
    }
    const shift = (<usize>f) << 2;
    if (f < lanes) convolveWide(from, at, stride, run, w + shift, next, out + shift);
  }

  for (let row = 0; row < rows; row++) {
    const top = row === 0 ? 0 : 2 * row - 1;
    const bottom = min(height - 1, 2 * row + 1);
    for (let column = 0; column < columns; column++, winners += lanes) {
      const left = column === 0 ? 0 : 2 * column - 1;
      const right = min(width - 1, 2 * column + 1);
      const corner = (top - 2 * row + 1) * 3 + left - 2 * column + 1;
      for (let f = 0; f < lanes; f += 4) {
        let best = f32x4.splat(f32.NEGATIVE_INFINITY);
        let winner = i32x4.splat(0);
        for (let y = top, code = corner; y <= bottom; y++, code += 3) {
          let cell = convolved + ((<usize>((y * line + left) * lanes + f)) << 2);
          for (let z = left, i = code; z <= right; z++, i++, cell += next) {
            const value = v128.load(cell);
            const more = f32x4.gt(value, best);
            best = v128.bitselect(value, best, more);
            winner = v128.bitselect(i32x4.splat(i), winner, more);
          }
        }
        storeLanes(sums + ((<usize>f) << 2), best, filters - f);
        const narrow = i16x8.narrow_i32x4_s(winner, winner);
        v128.store32_lane(winners + <usize>f, i8x16.narrow_i16x8_u(narrow, narrow), 0);
      }
      sums += (<usize>filters) << 2;
    }
  }
}
