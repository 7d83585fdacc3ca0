/*
 * Batch normalisation (Ioffe and Szegedy 2015, algorithm 1) of the rows that count of one group, [batch, cells,
 * channels], and the activation behind it: 0 none, 1 sign, 2 max(0, x). Sums over a row in float32, over rows in
 * float64. `task` is the group. Four channels go through a vector where their number allows it, else one.
 */

const NONE = 0;
const SIGN = 1;

function read(at: usize, wide: bool): v128 {
  return wide ? v128.load(at) : v128.load32_splat(at);
}

function write(at: usize, values: v128, wide: bool): void {
  if (wide) v128.store(at, values);
  else v128.store32_lane(at, values, 0);
}

/** Adds to float64 sums, one a channel. */
function addTo(at: usize, values: v128, wide: bool): void {
  if (!wide) {
    store<f64>(at, load<f64>(at) + <f64>f32x4.extract_lane(values, 0));
    return;
  }
  v128.store(at, f64x2.add(v128.load(at), f64x2.promote_low_f32x4(values)));
  const high = i8x16.shuffle(values, values, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
  v128.store(at, f64x2.add(v128.load(at, 16), f64x2.promote_low_f32x4(high)), 16);
}

function counts(mask: usize, n: i32): bool {
  return load<f32>(mask + ((<usize>n) << 2)) !== 0;
}

function countValues(mask: usize, batch: i32, cells: i32): f64 {
  let count = 0;
  for (let n = 0; n < batch; n++) if (counts(mask, n)) count++;
  return <f64>max(1, count * cells);
}

/**
 * @param mask [groups, batch]: a row with 0 does not count, and comes out as 0
 * @param gamma [groups, channels], as beta, mean and deviation
 * @param mean kept for the gradient, as is
 * @param deviation 1 / sqrt(variance + epsilon)
 * @param sums 8 bytes a group and channel of scratch memory
 */
export function normForward(
  task: i32,
  _thread: i32,
  x: usize,
  mask: usize,
  gamma: usize,
  beta: usize,
  y: usize,
  mean: usize,
  deviation: usize,
  sums: usize,
  batch: i32,
  cells: i32,
  channels: i32,
  activation: i32,
  epsilon: f32,
): void {
  const bytes = (<usize>channels) << 2;
  const row = <usize>cells * bytes;
  const wide = (channels & 3) === 0;
  const step: usize = wide ? 16 : 4;
  x += <usize>task * batch * row;
  y += <usize>task * batch * row;
  mask += (<usize>(task * batch)) << 2;
  gamma += <usize>task * bytes;
  beta += <usize>task * bytes;
  mean += <usize>task * bytes;
  deviation += <usize>task * bytes;
  sums += <usize>task * bytes * 2;
  const count = countValues(mask, batch, cells);

  memory.fill(sums, 0, bytes << 1);
  for (let n = 0; n < batch; n++) {
    if (!counts(mask, n)) continue;
    for (let c: usize = 0; c < bytes; c += step) {
      let sum = f32x4.splat(0);
      const first = x + <usize>n * row + c;
      for (let at = first, end = first + row; at < end; at += bytes) sum = f32x4.add(sum, read(at, wide));
      addTo(sums + (c << 1), sum, wide);
    }
  }
  for (let c: usize = 0; c < bytes; c += 4) store<f32>(mean + c, <f32>(load<f64>(sums + (c << 1)) / count));

  memory.fill(sums, 0, bytes << 1);
  for (let n = 0; n < batch; n++) {
    if (!counts(mask, n)) continue;
    for (let c: usize = 0; c < bytes; c += step) {
      const centre = read(mean + c, wide);
      let sum = f32x4.splat(0);
      const first = x + <usize>n * row + c;
      for (let at = first, end = first + row; at < end; at += bytes) {
        const apart = f32x4.sub(read(at, wide), centre);
        sum = f32x4.add(sum, f32x4.mul(apart, apart));
      }
      addTo(sums + (c << 1), sum, wide);
    }
  }
  for (let c: usize = 0; c < bytes; c += 4) {
    store<f32>(deviation + c, <f32>(1.0 / sqrt(load<f64>(sums + (c << 1)) / count + epsilon)));
  }

  for (let n = 0; n < batch; n++, y += row) {
    if (!counts(mask, n)) {
      memory.fill(y, 0, row);
      continue;
    }
    for (let c: usize = 0; c < bytes; c += step) {
      const centre = read(mean + c, wide);
      const scale = f32x4.mul(read(gamma + c, wide), read(deviation + c, wide));
      const offset = read(beta + c, wide);
      let to = y + c;
      const first = x + <usize>n * row + c;
      for (let at = first, end = first + row; at < end; at += bytes, to += bytes) {
        const out = f32x4.add(f32x4.mul(f32x4.sub(read(at, wide), centre), scale), offset);
        write(to, activate(out, activation), wide);
      }
    }
  }
}

function activate(x: v128, activation: i32): v128 {
  if (activation === NONE) return x;
  if (activation === SIGN) return v128.bitselect(f32x4.splat(1), f32x4.splat(-1), f32x4.ge(x, f32x4.splat(0)));
  return f32x4.max(x, f32x4.splat(0));
}

/**
 * The gradient in front of the activation: straight through where |x| <= 1 behind a sign, where x > 0 behind max(0, x).
 */
function pass(dy: v128, x: v128, activation: i32): v128 {
  if (activation === NONE) return dy;
  if (activation === SIGN) return v128.and(dy, f32x4.le(f32x4.abs(x), f32x4.splat(1)));
  return v128.and(dy, f32x4.gt(x, f32x4.splat(0)));
}

/**
 * With d the gradient in front of the activation and u = (x - mean) * deviation:
 * dL/dbeta = sum of d, dL/dgamma = sum of d u, dL/dx = gamma deviation (d - mean of d - u * mean of d u).
 *
 * @param dx holds d in between
 * @param sums 16 bytes a group and channel of scratch memory
 */
export function normBackward(
  task: i32,
  _thread: i32,
  dy: usize,
  x: usize,
  mask: usize,
  gamma: usize,
  beta: usize,
  mean: usize,
  deviation: usize,
  dx: usize,
  dGamma: usize,
  dBeta: usize,
  sums: usize,
  batch: i32,
  cells: i32,
  channels: i32,
  activation: i32,
): void {
  const bytes = (<usize>channels) << 2;
  const row = <usize>cells * bytes;
  const wide = (channels & 3) === 0;
  const step: usize = wide ? 16 : 4;
  dy += <usize>task * batch * row;
  x += <usize>task * batch * row;
  dx += <usize>task * batch * row;
  mask += (<usize>(task * batch)) << 2;
  gamma += <usize>task * bytes;
  beta += <usize>task * bytes;
  mean += <usize>task * bytes;
  deviation += <usize>task * bytes;
  dGamma += <usize>task * bytes;
  dBeta += <usize>task * bytes;
  const plain = sums + <usize>task * bytes * 4;
  const products = plain + (bytes << 1);
  const share = f32x4.splat(<f32>(1.0 / countValues(mask, batch, cells)));

  memory.fill(plain, 0, bytes << 2);
  for (let n = 0; n < batch; n++) {
    if (!counts(mask, n)) continue;
    for (let c: usize = 0; c < bytes; c += step) {
      const centre = read(mean + c, wide);
      const unitScale = read(deviation + c, wide);
      const scale = f32x4.mul(read(gamma + c, wide), unitScale);
      const offset = read(beta + c, wide);
      let sum = f32x4.splat(0);
      let product = sum;
      const first = <usize>n * row + c;
      for (let at = first, end = first + row; at < end; at += bytes) {
        const apart = f32x4.sub(read(x + at, wide), centre);
        const d = pass(read(dy + at, wide), f32x4.add(f32x4.mul(apart, scale), offset), activation);
        write(dx + at, d, wide);
        sum = f32x4.add(sum, d);
        product = f32x4.add(product, f32x4.mul(d, f32x4.mul(apart, unitScale)));
      }
      addTo(plain + (c << 1), sum, wide);
      addTo(products + (c << 1), product, wide);
    }
  }
  for (let c: usize = 0; c < bytes; c += 4) {
    store<f32>(dBeta + c, <f32>load<f64>(plain + (c << 1)));
    store<f32>(dGamma + c, <f32>load<f64>(products + (c << 1)));
  }
  for (let n = 0; n < batch; n++) {
    if (!counts(mask, n)) {
      memory.fill(dx + <usize>n * row, 0, row);
      continue;
    }
    for (let c: usize = 0; c < bytes; c += step) {
      const centre = read(mean + c, wide);
      const unitScale = read(deviation + c, wide);
      const scale = f32x4.mul(read(gamma + c, wide), unitScale);
      const shift = f32x4.mul(read(dBeta + c, wide), share);
      const slope = f32x4.mul(f32x4.mul(read(dGamma + c, wide), share), unitScale);
      const first = <usize>n * row + c;
      for (let at = first, end = first + row; at < end; at += bytes) {
        const level = f32x4.add(shift, f32x4.mul(f32x4.sub(read(x + at, wide), centre), slope));
        write(dx + at, f32x4.mul(scale, f32x4.sub(read(dx + at, wide), level)), wide);
      }
    }
  }
}
