/*
 * ConvP without its normalisation (DDNN, section III-C): convolution 3x3 padded with zeros, then max pooling 3x3 with stride 2.
 * Written in AssemblyScript. Four filters go through a vector at once; the convolved map of an image never leaves the
 * cache, and the gradients visit only the cells that won a pooling window, a quarter of all.
 *
 * An image is first copied between zeros: [height + 2][width + 1][channels], where the one zero column left of a line is also right of
 * the line before. So a patch is three runs of 3 * channels floats, and every position of the map is the same work.
 *
 * Pointers and strides are in bytes; `task` counts images [groups * batch] or parts of them, `thread` picks the scratch memory.
 */

/** Positions that one step of the convolution covers. */
const STEP = 8;

function pad(x: usize, padded: usize, height: i32, width: i32, channels: i32): void {
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

/** Lists the winners of one filter whose gradient is not 0: address in the image between zeros, gradient. Returns the list's end. */
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
