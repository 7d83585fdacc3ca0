/*
 * The linear part of a fully connected block, y[g,n,k] = sum over i of w[g,k,i] x[g,n,i], and its gradients. A row
 * whose mask is 0 is left out: its sums and its gradient are 0. `task` counts groups; for functions on one image it
 * counts groups * batch.
 */

/** One image. */
export function fcForward(
  task: i32,
  _thread: i32,
  x: usize,
  w: usize,
  mask: usize,
  y: usize,
  batch: i32,
  inputs: i32,
  units: i32,
): void {
  y += (<usize>(task * units)) << 2;
  if (load<f32>(mask + ((<usize>task) << 2)) === 0) {
    memory.fill(y, 0, (<usize>units) << 2);
    return;
  }
  const bytes = (<usize>inputs) << 2;
  const wide = (<usize>inputs & ~7) << 2;
  x += <usize>task * bytes;
  w += <usize>(task / batch) * units * bytes;
  for (let k = 0; k < units; k++, y += 4, w += bytes) {
    let a = f32x4.splat(0);
    let b = a;
    let i: usize = 0;
    for (; i < wide; i += 32) {
      a = f32x4.add(a, f32x4.mul(v128.load(x + i), v128.load(w + i)));
      b = f32x4.add(b, f32x4.mul(v128.load(x + i, 16), v128.load(w + i, 16)));
    }
    a = f32x4.add(a, b);
    let sum =
      f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1) + (f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3));
    for (; i < bytes; i += 4) sum += load<f32>(x + i) * load<f32>(w + i);
    store<f32>(y, sum);
  }
}

/** to[0..bytes) += factor * from[0..bytes) */
function accumulate(to: usize, from: usize, bytes: usize, factor: f32): void {
  const wide = bytes & ~15;
  const d = f32x4.splat(factor);
  let i: usize = 0;
  for (; i < wide; i += 16) v128.store(to + i, f32x4.add(v128.load(to + i), f32x4.mul(d, v128.load(from + i))));
  for (; i < bytes; i += 4) store<f32>(to + i, load<f32>(to + i) + factor * load<f32>(from + i));
}

/** dL/dw of one group. */
export function fcWeightGradient(
  task: i32,
  _thread: i32,
  x: usize,
  dy: usize,
  mask: usize,
  dw: usize,
  batch: i32,
  inputs: i32,
  units: i32,
): void {
  const bytes = (<usize>inputs) << 2;
  dw += <usize>task * units * bytes;
  memory.fill(dw, 0, <usize>units * bytes);
  for (let image = task * batch; image < (task + 1) * batch; image++) {
    if (load<f32>(mask + ((<usize>image) << 2)) === 0) continue;
    for (let k = 0; k < units; k++) {
      const slope = load<f32>(dy + ((<usize>(image * units + k)) << 2));
      if (slope !== 0) accumulate(dw + <usize>k * bytes, x + <usize>image * bytes, bytes, slope);
    }
  }
}

/** dL/dx of one image. */
export function fcInputGradient(
  task: i32,
  _thread: i32,
  dy: usize,
  w: usize,
  mask: usize,
  dx: usize,
  batch: i32,
  inputs: i32,
  units: i32,
): void {
  const bytes = (<usize>inputs) << 2;
  dx += <usize>task * bytes;
  memory.fill(dx, 0, bytes);
  if (load<f32>(mask + ((<usize>task) << 2)) === 0) return;
  w += <usize>(task / batch) * units * bytes;
  for (let k = 0; k < units; k++) {
    const slope = load<f32>(dy + ((<usize>(task * units + k)) << 2));
    if (slope !== 0) accumulate(dx, w + <usize>k * bytes, bytes, slope);
  }
}
