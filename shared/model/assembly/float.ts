/*
 * Blocks of float arithmetic. Outputs lie side by side in the lanes of a vector, so that each is still added up by itself, in doubles
 * and in the order of `float-block.ts`: the same roundings, hence the same bits. Adding a product with 0 changes no sum, so the padding of
 * a map and lanes without an output are computed like the rest.
 */

/** Integers of 32 bits as doubles, with a border of one pixel of zeros: [height + 2][width + 2][channels]. */
export function padIntegers(map: usize, height: i32, width: i32, channels: i32, out: usize): void {
  const row = width * channels;
  const border = (<usize>channels) << 3;
  for (let y = 0; y < height; y++) {
    out += ((<usize>row) << 3) + 2 * border;
    for (let i = 0; i < row; i++, map += 4) store<f64>(out + border + ((<usize>i) << 3), <f64>load<i32>(map));
  }
}

/** {@link padIntegers} of float32. */
export function padFloats(map: usize, height: i32, width: i32, channels: i32, out: usize): void {
  const row = width * channels;
  const border = (<usize>channels) << 3;
  for (let y = 0; y < height; y++) {
    out += ((<usize>row) << 3) + 2 * border;
    for (let i = 0; i < row; i++, map += 4) store<f64>(out + border + ((<usize>i) << 3), <f64>load<f32>(map));
  }
}

/** Four filters at four pixels, rounded to float32. */
function convolve(a: usize, at: usize, stride: usize, run: usize, w: usize, next: usize, out: usize): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let t0 = s0;
  let t1 = s0;
  let t2 = s0;
  let t3 = s0;
  const at2 = at << 1;
  const at3 = at + at2;
  for (let ky = 0; ky < 3; ky++, a += stride) {
    for (let x = a, end = a + run; x < end; x += 8, w += next << 1) {
      const f = v128.load(w);
      const g = v128.load(w, 16);
      const x0 = v128.load64_splat(x);
      s0 = f64x2.add(s0, f64x2.mul(x0, f));
      t0 = f64x2.add(t0, f64x2.mul(x0, g));
      const x1 = v128.load64_splat(x + at);
      s1 = f64x2.add(s1, f64x2.mul(x1, f));
      t1 = f64x2.add(t1, f64x2.mul(x1, g));
      const x2 = v128.load64_splat(x + at2);
      s2 = f64x2.add(s2, f64x2.mul(x2, f));
      t2 = f64x2.add(t2, f64x2.mul(x2, g));
      const x3 = v128.load64_splat(x + at3);
      s3 = f64x2.add(s3, f64x2.mul(x3, f));
      t3 = f64x2.add(t3, f64x2.mul(x3, g));
    }
  }
  v128.store(out, rounded(s0, t0));
  v128.store(out + next, rounded(s1, t1));
  out += next << 1;
  v128.store(out, rounded(s2, t2));
  v128.store(out + next, rounded(s3, t3));
}

/** Four doubles as four float32. */
function rounded(low: v128, high: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
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
 * Convolution 3x3 → max pooling 3x3, stride 2 → batch normalisation.
 *
 * @param padded what {@link padIntegers} makes
 * @param taps doubles [3][3 * channels][filters rounded up to 4]
 * @param convolved scratch: float32 [height][width rounded up to 4][filters rounded up to 4]
 * @param out float32 [rows][columns][filters]
 */
export function floatConvP(
  padded: usize,
  height: i32,
  width: i32,
  channels: i32,
  filters: i32,
  taps: usize,
  convolved: usize,
  divisor: i32,
  scale: usize,
  offset: usize,
  out: usize,
): void {
  const lanes = (filters + 3) & ~3;
  const wide = (width + 3) & ~3;
  const at = (<usize>channels) << 3;
  const stride = <usize>(width + 2) * at;
  const next = (<usize>lanes) << 2;
  for (let y = 0, to = convolved; y < height; y++) {
    const from = padded + <usize>y * stride;
    for (let x = 0; x < wide; x += 4, to += next << 2) {
      for (let f = 0; f < lanes; f += 4) {
        convolve(from + <usize>x * at, at, stride, 3 * at, taps + ((<usize>f) << 3), next, to + ((<usize>f) << 2));
      }
    }
  }
  const by = f32x4.splat(<f32>divisor);
  for (let row = 0; row < height; row += 2) {
    const top = max(0, row - 1);
    const bottom = min(height - 1, row + 1);
    for (let column = 0; column < width; column += 2) {
      const left = max(0, column - 1);
      const right = min(width - 1, column + 1);
      for (let f = 0; f < filters; f += 4) {
        const shift = (<usize>f) << 2;
        let most = f32x4.splat(-Infinity);
        for (let y = top; y <= bottom; y++) {
          let cell = convolved + <usize>(y * wide + left) * next + shift;
          for (let x = left; x <= right; x++, cell += next) most = f32x4.max(most, v128.load(cell));
        }
        storeLanes(out + shift, normalise(most, by, scale + shift, offset + shift), filters - f);
      }
      out += (<usize>filters) << 2;
    }
  }
}

/** The inputs that are not 0, as doubles, and which they are. Gives how many. */
export function listIntegers(map: usize, count: i32, values: usize, indices: usize): i32 {
  let n = 0;
  for (let i = 0; i < count; i++) {
    const value = load<i32>(map + ((<usize>i) << 2));
    store<f64>(values + ((<usize>n) << 3), <f64>value);
    store<i32>(indices + ((<usize>n) << 2), i);
    n += i32(value !== 0);
  }
  return n;
}

/** {@link listIntegers} of float32. */
export function listFloats(map: usize, count: i32, values: usize, indices: usize): i32 {
  let n = 0;
  for (let i = 0; i < count; i++) {
    const value = load<f32>(map + ((<usize>i) << 2));
    store<f64>(values + ((<usize>n) << 3), <f64>value);
    store<i32>(indices + ((<usize>n) << 2), i);
    n += i32(value !== 0);
  }
  return n;
}

/** Two float32 weights as doubles. */
function weight(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

/**
 * Fully connected → batch normalisation.
 *
 * @param count of the inputs that are not 0, `inputs` of all
 * @param columns float32 in blocks that are read from end to end: [inputs][16 units], then of what is left [inputs][4 units]
 */
export function floatFc(
  values: usize,
  indices: usize,
  count: i32,
  inputs: i32,
  columns: usize,
  units: i32,
  divisor: i32,
  scale: usize,
  offset: usize,
  out: usize,
): void {
  const by = f32x4.splat(<f32>divisor);
  const end = values + ((<usize>count) << 3);
  let unit = 0;
  for (; unit + 16 <= ((units + 3) & ~3); unit += 16, columns += (<usize>inputs) << 6) {
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let s4 = s0;
    let s5 = s0;
    let s6 = s0;
    let s7 = s0;
    for (let at = values, index = indices; at < end; at += 8, index += 4) {
      const x = v128.load64_splat(at);
      const w = columns + ((<usize>load<u32>(index)) << 6);
      s0 = f64x2.add(s0, f64x2.mul(x, weight(w)));
      s1 = f64x2.add(s1, f64x2.mul(x, weight(w + 8)));
      s2 = f64x2.add(s2, f64x2.mul(x, weight(w + 16)));
      s3 = f64x2.add(s3, f64x2.mul(x, weight(w + 24)));
      s4 = f64x2.add(s4, f64x2.mul(x, weight(w + 32)));
      s5 = f64x2.add(s5, f64x2.mul(x, weight(w + 40)));
      s6 = f64x2.add(s6, f64x2.mul(x, weight(w + 48)));
      s7 = f64x2.add(s7, f64x2.mul(x, weight(w + 56)));
    }
    finish(rounded(s0, s1), by, unit, units, scale, offset, out);
    finish(rounded(s2, s3), by, unit + 4, units, scale, offset, out);
    finish(rounded(s4, s5), by, unit + 8, units, scale, offset, out);
    finish(rounded(s6, s7), by, unit + 12, units, scale, offset, out);
  }
  for (; unit < units; unit += 4, columns += (<usize>inputs) << 4) {
    let s0 = f64x2.splat(0);
    let s1 = s0;
    for (let at = values, index = indices; at < end; at += 8, index += 4) {
      const x = v128.load64_splat(at);
      const w = columns + ((<usize>load<u32>(index)) << 4);
      s0 = f64x2.add(s0, f64x2.mul(x, weight(w)));
      s1 = f64x2.add(s1, f64x2.mul(x, weight(w + 8)));
    }
    finish(rounded(s0, s1), by, unit, units, scale, offset, out);
  }
}

function finish(sums: v128, by: v128, unit: i32, units: i32, scale: usize, offset: usize, out: usize): void {
  const shift = (<usize>unit) << 2;
  storeLanes(out + shift, normalise(sums, by, scale + shift, offset + shift), units - unit);
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
