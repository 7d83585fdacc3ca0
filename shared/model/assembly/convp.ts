/*
 * ConvP with weights +1 and -1 (DDNN, section III-C): convolution 3x3 padded with zeros, max pooling 3x3 with stride 2,
 * and the comparison that replaces batch normalisation and sign. Two rows of the convolution make one row of the
 * output, filter by filter. The largest of nine sums is above a bound exactly if one of them is, so sums are compared
 * at once: pooling works on a byte per column, and the map of the convolution is never stored.
 */

import { partialSums } from './partial-sums';

/** A block: the addresses of its tables. `kernel-convp.ts` writes it, field by field. */
@unmanaged
class Block {
  height: i32;
  width: i32;
  filters: i32;
  /** Planes of the input, and bytes of one of its rows with all channels. */
  source: usize;
  sourceRow: usize;
  /** Partial sums: four rows of the input in turn, then a row of zeros. `stride`: bytes of a plane. */
  ring: usize;
  slot: usize;
  stride: usize;
  groups: i32;
  groupSize: i32;
  members: usize;
  /** [filters][3][taps] offsets in a row of partial sums. */
  taps: usize;
  tapsPerRow: i32;
  /** Which columns were above the bound: in each filter's row before, and in the three rows that are pooled. */
  before: usize;
  beforeRow: usize;
  line: usize;
  /** [divisors][filters], 32 bits: the bit is 1 where the sum exceeds `bound`, turned round where `flip` is -1. */
  bounds: usize;
  flips: usize;
  /** Planes of the output, -1 and +1 in bytes; `tail` is a mask of the last vector's columns. */
  out: usize;
  outStride: usize;
  tail: usize;
}

/** Groups whose sums of up to 4 fit a signed byte together. */
const BYTE_TAPS = 31;

/** For inputs -1, 0 and +1. */
export function convP8(block: Block, divisor: i32): void {
  run<i8, i16>(block, divisor);
}

/** For inputs whose convolution fits 16 bits. */
export function convP16(block: Block, divisor: i32): void {
  run<i16, i16>(block, divisor);
}

/** For all others. */
export function convP32(block: Block, divisor: i32): void {
  run<i32, i32>(block, divisor);
}

/** @param I inputs and partial sums @param S sums */
function run<I, S>(block: Block, divisor: i32): void {
  const height = block.height;
  const rows = (height + 1) >> 1;
  const filters = block.filters;
  const norm = (<usize>((divisor - 1) * filters)) << 2;
  const bytes = (<usize>block.width * sizeof<I>() + 15) & ~15;
  const zeros = block.ring + 4 * block.slot;
  const tapBytes = (<usize>(3 * block.tapsPerRow)) << 2;
  let out = block.out;
  fill<I>(block, 0, bytes);
  for (let row = 0; row < rows; row++) {
    const y = 2 * row;
    const second = y + 1 < height;
    if (second) fill<I>(block, y + 1, bytes);
    if (y + 2 < height) fill<I>(block, y + 2, bytes);
    const r0 = row > 0 ? slotOf(block, y - 1) : zeros;
    const r1 = slotOf(block, y);
    const r2 = second ? slotOf(block, y + 1) : zeros;
    const r3 = y + 2 < height ? slotOf(block, y + 2) : zeros;
    let before = block.before;
    let taps = block.taps;
    let at = norm;
    for (let f = 0; f < filters; f++, before += block.beforeRow, taps += tapBytes, at += 4, out += block.outStride) {
      const bound = load<i32>(block.bounds + at);
      if (sizeof<I>() === 1) {
        sumBytes(taps, block.tapsPerRow, r0, r1, r2, r3, bytes, bound, before, block.line, row === 0, second);
      } else {
        sum<S>(taps, block.tapsPerRow, r0, r1, r2, r3, bytes, bound, before, block.line, row === 0, second);
      }
      pool(block, load<i32>(block.flips + at), out);
    }
  }
}

function slotOf(block: Block, y: i32): usize {
  return block.ring + <usize>(y & 3) * block.slot;
}

function fill<I>(block: Block, y: i32, bytes: usize): void {
  const row = block.source + <usize>y * block.sourceRow;
  partialSums<I>(row, block.members, block.groups, block.groupSize, slotOf(block, y), block.stride, bytes);
}

/** Which of these sums are above the bound: 0 or -1, one byte each. */
function more16(a: v128, b: v128, bound: v128): v128 {
  return i8x16.narrow_i16x8_s(i16x8.gt_s(a, bound), i16x8.gt_s(b, bound));
}

function more32(a: v128, b: v128, c: v128, d: v128, bound: v128): v128 {
  return i8x16.narrow_i16x8_s(
    i16x8.narrow_i32x4_s(i32x4.gt_s(a, bound), i32x4.gt_s(b, bound)),
    i16x8.narrow_i32x4_s(i32x4.gt_s(c, bound), i32x4.gt_s(d, bound)),
  );
}

/** Sixteen columns: above the bound in the row before or in these rows. The second is kept for the next pair. */
function keep(line: usize, before: usize, a: v128, b: v128, first: bool, second: bool): void {
  let any = a;
  if (!first) any = v128.or(any, v128.load(before));
  if (second) any = v128.or(any, b);
  v128.store(line, any);
  v128.store(before, b);
}

/** {@link keep} of the first `lanes` columns, 4 or 8. */
function keepSome(line: usize, before: usize, a: v128, b: v128, first: bool, second: bool, lanes: i32): void {
  let any = a;
  if (!first) any = v128.or(any, v128.load64_zero(before));
  if (second) any = v128.or(any, b);
  if (lanes === 8) {
    v128.store64_lane(line, any, 0);
    v128.store64_lane(before, b, 0);
  } else {
    v128.store32_lane(line, any, 0);
    v128.store32_lane(before, b, 0);
  }
}

/** Two rows of a filter's convolution: the first from rows r0 to r2 of partial sums, the second from r1 to r3. */
function sum<S>(
  taps: usize,
  count: i32,
  r0: usize,
  r1: usize,
  r2: usize,
  r3: usize,
  bytes: usize,
  bound: i32,
  before: usize,
  line: usize,
  first: bool,
  second: bool,
): void {
  const run = (<usize>count) << 2;
  const limit = v128.splat<S>(<S>bound);
  let x: usize = 0;
  for (; x + 64 <= bytes; x += 64) {
    let a0 = i8x16.splat(0);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let b0 = a0;
    let b1 = a0;
    let b2 = a0;
    let b3 = a0;
    let p = r0 + x;
    let q = r1 + x;
    let tap = taps;
    for (let ky = 0; ky < 3; ky++) {
      for (const end = tap + run; tap < end; tap += 4) {
        const offset = load<u32>(tap);
        const u = p + offset;
        const v = q + offset;
        a0 = v128.add<S>(a0, v128.load(u));
        a1 = v128.add<S>(a1, v128.load(u, 16));
        a2 = v128.add<S>(a2, v128.load(u, 32));
        a3 = v128.add<S>(a3, v128.load(u, 48));
        b0 = v128.add<S>(b0, v128.load(v));
        b1 = v128.add<S>(b1, v128.load(v, 16));
        b2 = v128.add<S>(b2, v128.load(v, 32));
        b3 = v128.add<S>(b3, v128.load(v, 48));
      }
      p = q;
      q = (ky === 0 ? r2 : r3) + x;
    }
    const at = x / sizeof<S>();
    if (sizeof<S>() === 2) {
      keep(line + at, before + at, more16(a0, a1, limit), more16(b0, b1, limit), first, second);
      keep(line + at + 16, before + at + 16, more16(a2, a3, limit), more16(b2, b3, limit), first, second);
    } else {
      keep(line + at, before + at, more32(a0, a1, a2, a3, limit), more32(b0, b1, b2, b3, limit), first, second);
    }
  }
  for (; x < bytes; x += 16) {
    let a = i8x16.splat(0);
    let b = a;
    let p = r0 + x;
    let q = r1 + x;
    let tap = taps;
    for (let ky = 0; ky < 3; ky++) {
      for (const end = tap + run; tap < end; tap += 4) {
        const offset = load<u32>(tap);
        a = v128.add<S>(a, v128.load(p + offset));
        b = v128.add<S>(b, v128.load(q + offset));
      }
      p = q;
      q = (ky === 0 ? r2 : r3) + x;
    }
    const at = x / sizeof<S>();
    if (sizeof<S>() === 2) {
      keepSome(line + at, before + at, more16(a, a, limit), more16(b, b, limit), first, second, 8);
    } else {
      keepSome(line + at, before + at, more32(a, a, a, a, limit), more32(b, b, b, b, limit), first, second, 4);
    }
  }
}

/** {@link sum} in bytes, which are widened to 16 bits before they could overflow. */
function sumBytes(
  taps: usize,
  count: i32,
  r0: usize,
  r1: usize,
  r2: usize,
  r3: usize,
  bytes: usize,
  bound: i32,
  before: usize,
  line: usize,
  first: bool,
  second: bool,
): void {
  const none = i8x16.splat(0);
  const limit = i16x8.splat(<i16>bound);
  for (let x: usize = 0; x < bytes; x += 16) {
    let a = none;
    let b = none;
    let aLow = none;
    let aHigh = none;
    let bLow = none;
    let bHigh = none;
    let p = r0 + x;
    let q = r1 + x;
    let tap = taps;
    let room = BYTE_TAPS;
    for (let ky = 0; ky < 3; ky++) {
      for (let left = count; left > 0; ) {
        const some = min(left, room);
        for (const end = tap + ((<usize>some) << 2); tap < end; tap += 4) {
          const offset = load<u32>(tap);
          a = i8x16.add(a, v128.load(p + offset));
          b = i8x16.add(b, v128.load(q + offset));
        }
        left -= some;
        room -= some;
        if (room === 0) {
          aLow = i16x8.add(aLow, i16x8.extend_low_i8x16_s(a));
          aHigh = i16x8.add(aHigh, i16x8.extend_high_i8x16_s(a));
          bLow = i16x8.add(bLow, i16x8.extend_low_i8x16_s(b));
          bHigh = i16x8.add(bHigh, i16x8.extend_high_i8x16_s(b));
          a = none;
          b = none;
          room = BYTE_TAPS;
        }
      }
      p = q;
      q = (ky === 0 ? r2 : r3) + x;
    }
    aLow = i16x8.add(aLow, i16x8.extend_low_i8x16_s(a));
    aHigh = i16x8.add(aHigh, i16x8.extend_high_i8x16_s(a));
    bLow = i16x8.add(bLow, i16x8.extend_low_i8x16_s(b));
    bHigh = i16x8.add(bHigh, i16x8.extend_high_i8x16_s(b));
    keep(line + x, before + x, more16(aLow, aHigh, limit), more16(bLow, bHigh, limit), first, second);
  }
}

/** Columns 2x - 1 to 2x + 1 of the line, in every other byte. */
function three(at: usize): v128 {
  return v128.and(v128.or(v128.or(v128.load(at - 1), v128.load(at)), v128.load(at + 1)), i16x8.splat(0xff));
}

/**
 * Pools the columns of the line into a row of one filter's output. The largest of nine is above a bound exactly if one
 * of them is.
 */
function pool(block: Block, flip: i32, out: usize): void {
  const columns = (block.width + 1) >> 1;
  const turn = i8x16.splat(<i8>flip);
  const two = i8x16.splat(2);
  const one = i8x16.splat(1);
  let from = block.line;
  store<u8>(from + <usize>block.width, 0);
  for (let x = 0; x < columns; x += 16, from += 32) {
    const bits = i8x16.narrow_i16x8_u(three(from), three(from + 16));
    let signs = i8x16.sub(v128.and(v128.xor(bits, turn), two), one);
    if (x + 16 >= columns) signs = v128.and(signs, v128.load(block.tail));
    v128.store(out + <usize>x, signs);
  }
}
