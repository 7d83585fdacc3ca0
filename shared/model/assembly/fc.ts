/*
 * Sums of inputs times weights +1 and -1. A row of weights takes whole vectors of 16 bytes, its padding is 0.
 */

function lanes(sums: v128): i32 {
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}

/** Vectors whose counts of up to 8 fit a byte together. */
const VECTORS = 31;

/** How many bits of the two differ. */
function differing(x: usize, w: usize, bytes: usize): i32 {
  let total = i32x4.splat(0);
  for (let at: usize = 0; at < bytes; ) {
    let counts = i8x16.splat(0);
    for (const end = min(bytes, at + 16 * VECTORS); at < end; at += 16) {
      counts = i8x16.add(counts, i8x16.popcnt(v128.xor(v128.load(x + at), v128.load(w + at))));
    }
    total = i32x4.add(total, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(counts)));
  }
  return lanes(total);
}

/** Sums of `count` signs, as bits, with every row of weights: xor and popcount. */
export function dotBits(x: usize, weights: usize, bytes: usize, rows: i32, count: i32, out: usize): void {
  for (let row = 0; row < rows; row++, weights += bytes, out += 4) {
    store<i32>(out, count - 2 * differing(x, weights, bytes));
  }
}

function differingPresent(x: usize, present: usize, w: usize, bytes: usize): i32 {
  let total = i32x4.splat(0);
  for (let at: usize = 0; at < bytes; ) {
    let counts = i8x16.splat(0);
    for (const end = min(bytes, at + 16 * VECTORS); at < end; at += 16) {
      const apart = v128.and(v128.xor(v128.load(x + at), v128.load(w + at)), v128.load(present + at));
      counts = i8x16.add(counts, i8x16.popcnt(apart));
    }
    total = i32x4.add(total, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(counts)));
  }
  return lanes(total);
}

/** {@link dotBits} in which an input whose bit in `present` is 0 counts nothing. */
export function dotTernary(x: usize, present: usize, weights: usize, bytes: usize, rows: i32, out: usize): void {
  let count = 0;
  for (let at: usize = 0; at < bytes; at += 8) count += <i32>popcnt(load<u64>(present + at));
  for (let row = 0; row < rows; row++, weights += bytes, out += 4) {
    store<i32>(out, count - 2 * differingPresent(x, present, weights, bytes));
  }
}

/** Sums of 32-bit integers, padded with zeros to whole bytes of weights: 2 * (sum of those with +1) - (sum of all). */
export function dotIntegers(x: usize, count: i32, weights: usize, bytes: usize, rows: i32, out: usize): void {
  let all = i32x4.splat(0);
  const used = <usize>((count + 7) >> 3);
  const end = x + (used << 5);
  for (let at = x; at < end; at += 16) all = i32x4.add(all, v128.load(at));
  const total = lanes(all);
  const low = i32x4(1, 2, 4, 8);
  const high = i32x4(16, 32, 64, 128);
  for (let row = 0; row < rows; row++, weights += bytes, out += 4) {
    let sums = i32x4.splat(0);
    let w = weights;
    for (let at = x; at < end; at += 32, w++) {
      const bits = i32x4.splat(<i32>load<u8>(w));
      sums = i32x4.add(sums, v128.and(v128.load(at), i32x4.eq(v128.and(bits, low), low)));
      sums = i32x4.add(sums, v128.and(v128.load(at, 16), i32x4.eq(v128.and(bits, high), high)));
    }
    store<i32>(out, 2 * lanes(sums) - total);
  }
}

/** Bytes of pixels as integers of 32 bits. */
export function widen(pixels: usize, count: i32, out: usize): void {
  for (let i = 0; i < count; i++, out += 4) store<i32>(out, load<u8>(pixels++));
}

/** Which sums are above their bound, inverted where `flips` is -1: as bits, lowest first. */
export function compareSums(sums: usize, count: i32, bounds: usize, flips: usize, out: usize): void {
  for (let i = 0; i < count; i += 8) {
    let bits = 0;
    for (let k = 0, end = min(8, count - i); k < end; k++, sums += 4, bounds += 4, flips += 4) {
      bits |= ((load<i32>(sums) > load<i32>(bounds) ? 1 : 0) ^ (load<i32>(flips) & 1)) << k;
    }
    store<u8>(out++, <u8>bits);
  }
}
