/*
 * A convolution with weights +1 and -1 adds or subtracts every input. So a group of three or four inputs has only 8 or
 * 16 possible sums, whatever the filter. They are made once for each row, and each filter then adds up whole groups.
 * Plane s of a group holds the sums in which input i is added if bit i of s is set, and subtracted if not.
 */

/** The eight sums of three inputs, for `bytes` of a row; an `absent` input (-1) is 0. */
function three<T>(row: usize, members: usize, out: usize, stride: usize, bytes: usize): void {
  const a = row + load<u32>(members);
  const b = load<i32>(members, 4);
  const c = load<i32>(members, 8);
  for (let x: usize = 0; x < bytes; x += 16) {
    const va = v128.load(a + x);
    const vb = b === -1 ? i8x16.splat(0) : v128.load(row + <usize>b + x);
    const vc = c === -1 ? i8x16.splat(0) : v128.load(row + <usize>c + x);
    const both = v128.add<T>(va, vb);
    const apart = v128.sub<T>(va, vb);
    const low = out + x;
    const high = low + (stride << 2);
    const p1 = v128.sub<T>(apart, vc);
    const p3 = v128.sub<T>(both, vc);
    const p5 = v128.add<T>(apart, vc);
    const p7 = v128.add<T>(both, vc);
    store4(low, stride, v128.neg<T>(p7), p1, v128.neg<T>(p5), p3);
    store4(high, stride, v128.neg<T>(p3), p5, v128.neg<T>(p1), p7);
  }
}

/** The sixteen sums of four inputs. */
function four<T>(row: usize, members: usize, out: usize, stride: usize, bytes: usize): void {
  const a = row + load<u32>(members);
  const b = load<i32>(members, 4);
  const c = load<i32>(members, 8);
  const d = load<i32>(members, 12);
  const next = stride << 2;
  for (let x: usize = 0; x < bytes; x += 16) {
    const va = v128.load(a + x);
    const vb = b === -1 ? i8x16.splat(0) : v128.load(row + <usize>b + x);
    const vc = c === -1 ? i8x16.splat(0) : v128.load(row + <usize>c + x);
    const vd = d === -1 ? i8x16.splat(0) : v128.load(row + <usize>d + x);
    const p3 = v128.add<T>(va, vb);
    const p1 = v128.sub<T>(va, vb);
    const p0 = v128.neg<T>(p3);
    const p2 = v128.neg<T>(p1);
    const q3 = v128.add<T>(vc, vd);
    const q1 = v128.sub<T>(vc, vd);
    let to = out + x;
    store4(to, stride, v128.sub<T>(p0, q3), v128.sub<T>(p1, q3), v128.sub<T>(p2, q3), v128.sub<T>(p3, q3));
    to += next;
    store4(to, stride, v128.add<T>(p0, q1), v128.add<T>(p1, q1), v128.add<T>(p2, q1), v128.add<T>(p3, q1));
    to += next;
    store4(to, stride, v128.sub<T>(p0, q1), v128.sub<T>(p1, q1), v128.sub<T>(p2, q1), v128.sub<T>(p3, q1));
    to += next;
    store4(to, stride, v128.add<T>(p0, q3), v128.add<T>(p1, q3), v128.add<T>(p2, q3), v128.add<T>(p3, q3));
  }
}

function store4(to: usize, stride: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(to, a);
  v128.store(to + stride, b);
  to += stride << 1;
  v128.store(to, c);
  v128.store(to + stride, d);
}

/**
 * The partial sums of all groups of a row.
 *
 * @param row the row's planes
 * @param members [groups][3 or 4] offsets of the groups' inputs in it
 * @param size inputs of a group: 3 or 4
 */
export function partialSums<T>(
  row: usize,
  members: usize,
  groups: i32,
  size: i32,
  out: usize,
  stride: usize,
  bytes: usize,
): void {
  for (let g = 0; g < groups; g++, members += (<usize>size) << 2, out += stride << size) {
    if (size === 3) three<T>(row, members, out, stride, bytes);
    else four<T>(row, members, out, stride, bytes);
  }
}
