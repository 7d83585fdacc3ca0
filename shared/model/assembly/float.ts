/*
 * Layers of float arithmetic. Outputs are side by side in the lanes of a vector. So each output is still added up by
 * itself, in float32 and in the order of `src/plain/float-block.ts`: the same roundings, so the same bits. Inputs of 0
 * are left out: they could only change the sign of a 0. A fully connected layer is a convolution of radius 0.
 *
 * Inputs are listed first, pixel by pixel, in groups of four channels. A group is [2][unused] and two [input][channel],
 * or all four of them, or, where all are -1 or +1, [0][its row among the 16 of every group]: then its sums are read
 * from a table. Counts of 1 and 3 would save multiplications, and cost more in branches that nobody can foretell.
 */

/** Writes an input of a group. */
function put(group: usize, i: i32, value: f32, channel: i32): void {
  const to = group + ((<usize>i) << 3);
  store<f32>(to, value, 8);
  store<i32>(to, channel, 12);
}

/** Lists a map's groups; `starts` gets where the list of each pixel starts, and its end. */
function list<T>(map: usize, pixels: i32, channels: i32, ternary: bool, starts: usize, out: usize): void {
  for (let pixel = 0; pixel < pixels; pixel++, starts += 4) {
    store<u32>(starts, <u32>out);
    for (let channel = 0; channel < channels; channel += 4) {
      const members = min(4, channels - channel);
      if (ternary && members === 4) {
        const four = v128.load(map);
        const present = i32x4.bitmask(i32x4.ne(four, i32x4.splat(0)));
        if (present === 15) {
          store<i32>(out, 0);
          store<i32>(out, (channel << 2) + i32x4.bitmask(i32x4.gt_s(four, i32x4.splat(0))), 4);
          out += 8;
        }
        if (present === 15 || present === 0) {
          map += 16;
          continue;
        }
      }
      let count = 0;
      for (let i = 0; i < members; i++) {
        const value = load<T>(map + ((<usize>i) << 2));
        put(out, count, <f32>value, channel + i);
        count += i32(value !== <T>0);
      }
      if (count > 2) {
        for (let i = 0; i < 4; i++) put(out, i, i < members ? <f32>load<T>(map + ((<usize>i) << 2)) : 0, channel + i);
        store<i32>(out, 4);
        out += 40;
      } else if (count > 0) {
        if (count === 1) put(out, 1, 0, channel);
        store<i32>(out, 2);
        out += 24;
      }
      map += (<usize>members) << 2;
    }
  }
  store<u32>(starts, <u32>out);
}

/** Lists integers of 32 bits, each of them input by input. */
export function listIntegers(map: usize, pixels: i32, channels: i32, starts: usize, out: usize): void {
  list<i32>(map, pixels, channels, false, starts, out);
}

/** Lists integers -1, 0 and +1 of 32 bits, whole groups by their row. */
export function listTernary(map: usize, pixels: i32, channels: i32, starts: usize, out: usize): void {
  list<i32>(map, pixels, channels, true, starts, out);
}

/** Lists float32. */
export function listFloats(map: usize, pixels: i32, channels: i32, starts: usize, out: usize): void {
  list<f32>(map, pixels, channels, false, starts, out);
}

/** One product. */
function p1(x: v128, w: v128): v128 {
  return f32x4.mul(x, w);
}

/** A group's sum and one product more. */
function p2(sum: v128, x: v128, w: v128): v128 {
  return f32x4.add(sum, f32x4.mul(x, w));
}

/** A whole group's sum of four outputs, from rows of 128 bytes. */
function p4(x0: v128, x1: v128, x2: v128, x3: v128, a: usize): v128 {
  return p2(p2(p2(p1(x0, v128.load(a)), x1, v128.load(a, 128)), x2, v128.load(a, 256)), x3, v128.load(a, 384));
}

/** Adds the groups from `at` to `end` to 32 sums. `weights` and `table`: of one tap, rows of 128 bytes. */
function add32(at: usize, end: usize, weights: usize, table: usize, out: usize): void {
  let s0 = v128.load(out);
  let s1 = v128.load(out, 16);
  let s2 = v128.load(out, 32);
  let s3 = v128.load(out, 48);
  let s4 = v128.load(out, 64);
  let s5 = v128.load(out, 80);
  let s6 = v128.load(out, 96);
  let s7 = v128.load(out, 112);
  while (at < end) {
    const count = load<i32>(at);
    if (count === 0) {
      const r = table + ((<usize>load<u32>(at, 4)) << 7);
      at += 8;
      s0 = f32x4.add(s0, v128.load(r));
      s1 = f32x4.add(s1, v128.load(r, 16));
      s2 = f32x4.add(s2, v128.load(r, 32));
      s3 = f32x4.add(s3, v128.load(r, 48));
      s4 = f32x4.add(s4, v128.load(r, 64));
      s5 = f32x4.add(s5, v128.load(r, 80));
      s6 = f32x4.add(s6, v128.load(r, 96));
      s7 = f32x4.add(s7, v128.load(r, 112));
      continue;
    }
    const x0 = v128.load32_splat(at, 8);
    const a = weights + ((<usize>load<u32>(at, 12)) << 7);
    const x1 = v128.load32_splat(at, 16);
    const b = weights + ((<usize>load<u32>(at, 20)) << 7);
    if (count === 2) {
      at += 24;
      s0 = f32x4.add(s0, p2(p1(x0, v128.load(a)), x1, v128.load(b)));
      s1 = f32x4.add(s1, p2(p1(x0, v128.load(a, 16)), x1, v128.load(b, 16)));
      s2 = f32x4.add(s2, p2(p1(x0, v128.load(a, 32)), x1, v128.load(b, 32)));
      s3 = f32x4.add(s3, p2(p1(x0, v128.load(a, 48)), x1, v128.load(b, 48)));
      s4 = f32x4.add(s4, p2(p1(x0, v128.load(a, 64)), x1, v128.load(b, 64)));
      s5 = f32x4.add(s5, p2(p1(x0, v128.load(a, 80)), x1, v128.load(b, 80)));
      s6 = f32x4.add(s6, p2(p1(x0, v128.load(a, 96)), x1, v128.load(b, 96)));
      s7 = f32x4.add(s7, p2(p1(x0, v128.load(a, 112)), x1, v128.load(b, 112)));
      continue;
    }
    const x2 = v128.load32_splat(at, 24);
    // All four stand one behind the other.
    const x3 = v128.load32_splat(at, 32);
    at += 40;
    s0 = f32x4.add(s0, p4(x0, x1, x2, x3, a));
    s1 = f32x4.add(s1, p4(x0, x1, x2, x3, a + 16));
    s2 = f32x4.add(s2, p4(x0, x1, x2, x3, a + 32));
    s3 = f32x4.add(s3, p4(x0, x1, x2, x3, a + 48));
    s4 = f32x4.add(s4, p4(x0, x1, x2, x3, a + 64));
    s5 = f32x4.add(s5, p4(x0, x1, x2, x3, a + 80));
    s6 = f32x4.add(s6, p4(x0, x1, x2, x3, a + 96));
    s7 = f32x4.add(s7, p4(x0, x1, x2, x3, a + 112));
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
  v128.store(out, s4, 64);
  v128.store(out, s5, 80);
  v128.store(out, s6, 96);
  v128.store(out, s7, 112);
}

/** {@link add32} of 8 sums, in rows of 32 bytes. */
function add8(at: usize, end: usize, weights: usize, table: usize, out: usize): void {
  let s0 = v128.load(out);
  let s1 = v128.load(out, 16);
  while (at < end) {
    let count = load<i32>(at);
    if (count === 0) {
      const r = table + ((<usize>load<u32>(at, 4)) << 5);
      at += 8;
      s0 = f32x4.add(s0, v128.load(r));
      s1 = f32x4.add(s1, v128.load(r, 16));
      continue;
    }
    let a = weights + ((<usize>load<u32>(at, 12)) << 5);
    let value = v128.load32_splat(at, 8);
    let g0 = p1(value, v128.load(a));
    let g1 = p1(value, v128.load(a, 16));
    for (at += 16; count > 1; count--, at += 8) {
      a = weights + ((<usize>load<u32>(at, 4)) << 5);
      value = v128.load32_splat(at);
      g0 = p2(g0, value, v128.load(a));
      g1 = p2(g1, value, v128.load(a, 16));
    }
    s0 = f32x4.add(s0, g0);
    s1 = f32x4.add(s1, g1);
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
}

/** Adds the contribution of each pixel's neighbour, `ky` rows below and `kx` columns to the right. */
function addTap(
  starts: usize,
  height: i32,
  width: i32,
  ky: i32,
  kx: i32,
  shift: usize,
  weights: usize,
  table: usize,
  sums: usize,
  next: usize,
): void {
  const bottom = min(height, height - ky);
  const left = max(0, -kx);
  const right = min(width, width - kx);
  for (let y = max(0, -ky); y < bottom; y++) {
    let start = starts + ((<usize>((y + ky) * width + left + kx)) << 2);
    let to = sums + <usize>(y * width + left) * next;
    for (let x = left; x < right; x++, start += 4, to += next) {
      const at = <usize>load<u32>(start);
      const end = <usize>load<u32>(start, 4);
      if (shift === 7) add32(at, end, weights, table, to);
      else add8(at, end, weights, table, to);
    }
  }
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

/** Batch normalisation, every step rounded to float32. */
function normalise(values: v128, divisor: v128, scale: usize, offset: usize): v128 {
  return f32x4.add(f32x4.mul(f32x4.div(values, divisor), v128.load(scale)), v128.load(offset));
}

/**
 * Convolution → max pooling 3x3, stride 2 → batch normalisation.
 *
 * @param starts of the list of each pixel
 * @param radius 1: 3x3. 0: fully connected, of a map of one pixel, which pooling leaves as it is
 * @param weights float32 in blocks: [taps * channels][32 outputs], then of what is left [taps * channels][8]
 * @param table in the same blocks, [taps * groups * 16][outputs]: sums of a group whose input i is +1 for a set bit i
 * @param sums scratch: float32 [height][width][outputs rounded up to 8]
 * @param out float32 [rows][columns][outputs]
 */
export function floatLayer(
  starts: usize,
  height: i32,
  width: i32,
  channels: i32,
  outputs: i32,
  radius: i32,
  weights: usize,
  table: usize,
  sums: usize,
  divisor: i32,
  scale: usize,
  offset: usize,
  out: usize,
): void {
  const lanes = (outputs + 7) & ~7;
  const next = (<usize>lanes) << 2;
  const rows = (channels >> 2) << 4;
  memory.fill(sums, 0, <usize>(height * width) * next);
  for (let f = 0; f < lanes; ) {
    const shift: usize = lanes - f >= 32 ? 7 : 5;
    const block = sums + ((<usize>f) << 2);
    // Tap by tap, so that what is read of the table stays in the first cache.
    for (let ky = -radius; ky <= radius; ky++) {
      for (let kx = -radius; kx <= radius; kx++) {
        addTap(starts, height, width, ky, kx, shift, weights, table, block, next);
        weights += (<usize>channels) << shift;
        table += (<usize>rows) << shift;
      }
    }
    f += 1 << (<i32>shift - 2);
  }
  const by = f32x4.splat(<f32>divisor);
  for (let row = 0; row < height; row += 2) {
    const top = max(0, row - 1);
    const bottom = min(height - 1, row + 1);
    for (let column = 0; column < width; column += 2) {
      const left = max(0, column - 1);
      const right = min(width - 1, column + 1);
      for (let f = 0; f < outputs; f += 4) {
        const shift = (<usize>f) << 2;
        let most = f32x4.splat(-Infinity);
        for (let y = top; y <= bottom; y++) {
          let cell = sums + <usize>(y * width + left) * next + shift;
          for (let x = left; x <= right; x++, cell += next) most = f32x4.max(most, v128.load(cell));
        }
        storeLanes(out + shift, normalise(most, by, scale + shift, offset + shift), outputs - f);
      }
      out += (<usize>outputs) << 2;
    }
  }
}

/** The signs of float32 values as bits, a 0 being +1; then max(0, x) in their place. */
export function activate(map: usize, count: i32, bits: usize): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < count; i += 8, map += 32) {
    const low = v128.load(map);
    const high = v128.load(map, 16);
    let signs = i32x4.bitmask(f32x4.ge(low, zero)) | (i32x4.bitmask(f32x4.ge(high, zero)) << 4);
    if (i + 8 > count) signs &= (1 << (count - i)) - 1;
    store<u8>(bits++, <u8>signs);
    v128.store(map, f32x4.max(zero, low));
    v128.store(map, f32x4.max(zero, high), 16);
  }
}
