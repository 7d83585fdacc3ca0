/*
 * Batch normalisation (Ioffe and Szegedy 2015, algorithm 1) of one group's rows that count, [batch, cells, channels], and the
 * activation behind it: 0 none, 1 sign, 2 max(0, x). Sums over a row in float32, over rows in float64. `task` is the group.
 */

const NONE = 0;
const SIGN = 1;

/** out[0..channels) += the sum over a row's cells of value, or of value * other. Channel by channel, four where they fit. */
function addRow(row: usize, other: usize, cells: i32, channels: i32, out: usize): void {
  const next = (<usize>channels) << 2;
  let c = 0;
  for (; c + 4 <= channels; c += 4) {
    let sum = f32x4.splat(0);
    let x = row + ((<usize>c) << 2);
    if (other === 0) {
      for (let i = 0; i < cells; i++, x += next) sum = f32x4.add(sum, v128.load(x));
    } else {
      let z = other + ((<usize>c) << 2);
      for (let i = 0; i < cells; i++, x += next, z += next) sum = f32x4.add(sum, f32x4.mul(v128.load(x), v128.load(z)));
    }
    const to = out + ((<usize>c) << 3);
    v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(sum)));
    const high = i8x16.shuffle(sum, sum, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
    v128.store(to, f64x2.add(v128.load(to, 16), f64x2.promote_low_f32x4(high)), 16);
  }
  for (; c < channels; c++) {
    let sum: f32 = 0;
    let x = row + ((<usize>c) << 2);
    let z = other + ((<usize>c) << 2);
    for (let i = 0; i < cells; i++, x += next, z += next) {
      sum += other === 0 ? load<f32>(x) : load<f32>(x) * load<f32>(z);
    }
    const to = out + ((<usize>c) << 3);
    store<f64>(to, load<f64>(to) + <f64>sum);
  }
}

function countRows(mask: usize, batch: i32): i32 {
  let count = 0;
  for (let n = 0; n < batch; n++) if (load<f32>(mask + ((<usize>n) << 2)) !== 0) count++;
  return count;
}

/**
 * @param mask [groups, batch]: a row with 0 does not count, and comes out as 0
 * @param gamma, beta [groups, channels]
 * @param centred [groups, batch, cells, channels]: x - mean, divided by the deviation: kept for the gradient
 * @param deviation [groups, channels]: 1 / sqrt(variance + epsilon), kept too
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
  centred: usize,
  deviation: usize,
  sums: usize,
  batch: i32,
  cells: i32,
  channels: i32,
  activation: i32,
  epsilon: f32,
): void {
  const row = (<usize>(cells * channels)) << 2;
  const offset = <usize>task * batch * row;
  x += offset;
  y += offset;
  centred += offset;
  mask += (<usize>(task * batch)) << 2;
  gamma += (<usize>(task * channels)) << 2;
  beta += (<usize>(task * channels)) << 2;
  deviation += (<usize>(task * channels)) << 2;
  sums += (<usize>(task * channels)) << 3;
  const count = <f64>max(1, countRows(mask, batch) * cells);
  memory.fill(sums, 0, (<usize>channels) << 3);
  for (let n = 0; n < batch; n++) {
    if (load<f32>(mask + ((<usize>n) << 2)) !== 0) addRow(x + <usize>n * row, 0, cells, channels, sums);
  }
  // The mean for now, in the place of the deviation.
  for (let c = 0; c < channels; c++) {
    store<f32>(deviation + ((<usize>c) << 2), <f32>(load<f64>(sums + ((<usize>c) << 3)) / count));
  }
  memory.fill(sums, 0, (<usize>channels) << 3);
  for (let n = 0; n < batch; n++) {
    if (load<f32>(mask + ((<usize>n) << 2)) === 0) continue;
    const to = centred + <usize>n * row;
    addPerChannel(x + <usize>n * row, deviation, to, cells, channels);
    addRow(to, to, cells, channels, sums);
  }
  for (let c = 0; c < channels; c++) {
    const variance = load<f64>(sums + ((<usize>c) << 3)) / count;
    store<f32>(deviation + ((<usize>c) << 2), <f32>(1.0 / sqrt(variance + epsilon)));
  }
  for (let n = 0; n < batch; n++) {
    const from = centred + <usize>n * row;
    const to = y + <usize>n * row;
    if (load<f32>(mask + ((<usize>n) << 2)) === 0) {
      memory.fill(to, 0, row);
      memory.fill(from, 0, row);
    } else scaleRow(from, deviation, gamma, beta, to, cells, channels, activation);
  }
}

/** to = x - mean */
function addPerChannel(x: usize, mean: usize, to: usize, cells: i32, channels: i32): void {
  if ((channels & 3) === 0) {
    for (let i = 0; i < cells; i++) {
      for (let c: usize = 0; c < (<usize>channels) << 2; c += 16, x += 16, to += 16) {
        v128.store(to, f32x4.sub(v128.load(x), v128.load(mean + c)));
      }
    }
    return;
  }
  for (let i = 0; i < cells; i++) {
    for (let c: usize = 0; c < (<usize>channels) << 2; c += 4, x += 4, to += 4) {
      store<f32>(to, load<f32>(x) - load<f32>(mean + c));
    }
  }
}

/** Divides by the deviation in place; to = activation(gamma * that + beta) */
function scaleRow(
  centred: usize,
  deviation: usize,
  gamma: usize,
  beta: usize,
  to: usize,
  cells: i32,
  channels: i32,
  activation: i32,
): void {
  const bytes = (<usize>channels) << 2;
  if ((channels & 3) === 0) {
    for (let i = 0; i < cells; i++) {
      for (let c: usize = 0; c < bytes; c += 16, centred += 16, to += 16) {
        const unit = f32x4.mul(v128.load(centred), v128.load(deviation + c));
        v128.store(centred, unit);
        const out = f32x4.add(f32x4.mul(unit, v128.load(gamma + c)), v128.load(beta + c));
        v128.store(to, activateLanes(out, activation));
      }
    }
    return;
  }
  for (let i = 0; i < cells; i++) {
    for (let c: usize = 0; c < bytes; c += 4, centred += 4, to += 4) {
      const unit = load<f32>(centred) * load<f32>(deviation + c);
      store<f32>(centred, unit);
      const out = unit * load<f32>(gamma + c) + load<f32>(beta + c);
      store<f32>(to, f32x4.extract_lane(activateLanes(f32x4.splat(out), activation), 0));
    }
  }
}

function activateLanes(x: v128, activation: i32): v128 {
  if (activation === NONE) return x;
  if (activation === SIGN) return v128.bitselect(f32x4.splat(1), f32x4.splat(-1), f32x4.ge(x, f32x4.splat(0)));
  return f32x4.max(x, f32x4.splat(0));
}

/** The gradient in front of the activation: straight through where |x| <= 1 behind a sign, where x > 0 behind max(0, x). */
function passLanes(dy: v128, x: v128, activation: i32): v128 {
  if (activation === NONE) return dy;
  if (activation === SIGN) return v128.and(dy, f32x4.le(f32x4.abs(x), f32x4.splat(1)));
  return v128.and(dy, f32x4.gt(x, f32x4.splat(0)));
}

/**
 * @param unit what {@link normForward} kept: (x - mean) * deviation
 * @param dx also holds the gradient behind the activation in between
 * @param dGamma, dBeta [groups, channels]
 * @param sums 16 bytes a group and channel of scratch memory
 */
export function normBackward(
  task: i32,
  _thread: i32,
  dy: usize,
  unit: usize,
  mask: usize,
  gamma: usize,
  beta: usize,
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
  const row = (<usize>(cells * channels)) << 2;
  const bytes = (<usize>channels) << 2;
  const offset = <usize>task * batch * row;
  dy += offset;
  unit += offset;
  dx += offset;
  mask += (<usize>(task * batch)) << 2;
  gamma += <usize>task * bytes;
  beta += <usize>task * bytes;
  deviation += <usize>task * bytes;
  dGamma += <usize>task * bytes;
  dBeta += <usize>task * bytes;
  const products = sums + <usize>task * bytes * 4;
  const plain = products + bytes * 2;
  memory.fill(products, 0, bytes * 4);
  for (let n = 0; n < batch; n++) {
    if (load<f32>(mask + ((<usize>n) << 2)) === 0) continue;
    const at = <usize>n * row;
    passRow(dy + at, unit + at, gamma, beta, dx + at, cells, channels, activation);
    addRow(dx + at, 0, cells, channels, plain);
    addRow(dx + at, unit + at, cells, channels, products);
  }
  const count = <f64>max(1, countRows(mask, batch) * cells);
  for (let c = 0; c < channels; c++) {
    const at = (<usize>c) << 2;
    store<f32>(dGamma + at, <f32>load<f64>(products + (at << 1)));
    store<f32>(dBeta + at, <f32>load<f64>(plain + (at << 1)));
  }
  // From here the means over all that counts, as float32 in the same places.
  for (let c = 0; c < channels; c++) {
    const at = (<usize>c) << 2;
    store<f32>(products + at, <f32>(load<f64>(products + (at << 1)) / count));
    store<f32>(plain + at, <f32>(load<f64>(plain + (at << 1)) / count));
  }
  for (let n = 0; n < batch; n++) {
    const at = <usize>n * row;
    if (load<f32>(mask + ((<usize>n) << 2)) === 0) memory.fill(dx + at, 0, row);
    else centreRow(dx + at, unit + at, gamma, deviation, plain, products, cells, channels);
  }
}

/** to = dy through the activation */
function passRow(
  dy: usize,
  unit: usize,
  gamma: usize,
  beta: usize,
  to: usize,
  cells: i32,
  channels: i32,
  activation: i32,
): void {
  const bytes = (<usize>channels) << 2;
  if ((channels & 3) === 0) {
    for (let i = 0; i < cells; i++) {
      for (let c: usize = 0; c < bytes; c += 16, dy += 16, unit += 16, to += 16) {
        const x = f32x4.add(f32x4.mul(v128.load(unit), v128.load(gamma + c)), v128.load(beta + c));
        v128.store(to, passLanes(v128.load(dy), x, activation));
      }
    }
    return;
  }
  for (let i = 0; i < cells; i++) {
    for (let c: usize = 0; c < bytes; c += 4, dy += 4, unit += 4, to += 4) {
      const x = load<f32>(unit) * load<f32>(gamma + c) + load<f32>(beta + c);
      store<f32>(to, f32x4.extract_lane(passLanes(f32x4.splat(load<f32>(dy)), f32x4.splat(x), activation), 0));
    }
  }
}

/** d = gamma * deviation * (d - mean of d - unit * mean of d * unit), in place */
function centreRow(
  d: usize,
  unit: usize,
  gamma: usize,
  deviation: usize,
  plain: usize,
  products: usize,
  cells: i32,
  channels: i32,
): void {
  const bytes = (<usize>channels) << 2;
  if ((channels & 3) === 0) {
    for (let i = 0; i < cells; i++) {
      for (let c: usize = 0; c < bytes; c += 16, d += 16, unit += 16) {
        const scale = f32x4.mul(v128.load(gamma + c), v128.load(deviation + c));
        const shift = f32x4.add(v128.load(plain + c), f32x4.mul(v128.load(unit), v128.load(products + c)));
        v128.store(d, f32x4.mul(scale, f32x4.sub(v128.load(d), shift)));
      }
    }
    return;
  }
  for (let i = 0; i < cells; i++) {
    for (let c: usize = 0; c < bytes; c += 4, d += 4, unit += 4) {
      const scale = load<f32>(gamma + c) * load<f32>(deviation + c);
      const shift = load<f32>(plain + c) + load<f32>(unit) * load<f32>(products + c);
      store<f32>(d, scale * (load<f32>(d) - shift));
    }
  }
}
