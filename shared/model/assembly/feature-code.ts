/*
 * Coding of features, bit for bit as in `src/code/feature-code.ts`. What the rows above contribute is added up for a
 * whole row in vectors. The bits to the left in the same row, and the interval of the arithmetic coder, must go bit by
 * bit.
 */

/** Signs of 16 bits to the left and right of a row that are never set: two pixels of `channels` on each side. */
function margin(channels: i32): usize {
  return (<usize>channels) << 2;
}

/** Log-odds of a row's bits (32-bit integers), from their places and from the two rows above. */
function rowsAbove(bias: usize, weights: usize, one: usize, two: usize, channels: i32, count: i32, sums: usize): void {
  const pixel = (<usize>channels) << 1;
  const next = ((<usize>count + 7) & ~7) << 1;
  for (let i = 0; i < count; i += 8, bias += 16, weights += 16, one += 16, two += 16, sums += 32) {
    const b = v128.load(bias);
    const w1 = v128.load(weights);
    const w2 = v128.load(weights + next);
    const w3 = v128.load(weights + 2 * next);
    const w4 = v128.load(weights + 3 * next);
    const above = v128.load(one);
    const higher = v128.load(two);
    const left = v128.load(one - pixel);
    const right = v128.load(one + pixel);
    let low = i32x4.extend_low_i16x8_s(b);
    low = i32x4.add(low, i32x4.extmul_low_i16x8_s(w1, above));
    low = i32x4.add(low, i32x4.extmul_low_i16x8_s(w2, higher));
    low = i32x4.add(low, i32x4.extmul_low_i16x8_s(w3, left));
    low = i32x4.add(low, i32x4.extmul_low_i16x8_s(w4, right));
    let high = i32x4.extend_high_i16x8_s(b);
    high = i32x4.add(high, i32x4.extmul_high_i16x8_s(w1, above));
    high = i32x4.add(high, i32x4.extmul_high_i16x8_s(w2, higher));
    high = i32x4.add(high, i32x4.extmul_high_i16x8_s(w3, left));
    high = i32x4.add(high, i32x4.extmul_high_i16x8_s(w4, right));
    v128.store(sums, low);
    v128.store(sums, high, 16);
  }
}

/** Log-odds beyond this, on either side of 0, are cut off. */
const LIMIT: i32 = 2048;

/**
 * Writes the body of features to `body`, or the features of a body to `features`, visiting every bit. Returns the
 * length of the body that it wrote; -1: it can't become shorter than `most` bytes.
 *
 * @param writes a body, of features; else the features of a body
 * @param bias log-odds of each bit, 16 bits
 * @param above weights of the neighbours above, above the one above, above left and above right, 16 bits: [4][a row's
 * bits, whole vectors]
 * @param before of each channel, integers of 32 bits: weights of the two bits to the left, then the 16 sums over the
 * four channels before,
 *   and over the four before those, by their bits, the nearest lowest
 * @param rows scratch: signs of three rows, 16 bits, with margins
 * @param sums scratch: integers of 32 bits, a row, whole vectors of 16 bits
 * @param shares probability of each log-odds from -LIMIT on
 * @param most room of a body that is written; length of one that is read, behind whose end there are zeros
 */
export function codeFeatures(
  writes: bool,
  height: i32,
  width: i32,
  channels: i32,
  bias: usize,
  above: usize,
  before: usize,
  rows: usize,
  sums: usize,
  shares: usize,
  features: usize,
  body: usize,
  most: i32,
): i32 {
  const count = width * channels;
  const pixel = (<usize>channels) << 1;
  const stride = (((<usize>count) << 1) + 2 * margin(channels) + 31) & ~15;
  memory.fill(rows, 0, 3 * stride);
  let now = rows + margin(channels);
  let one = now + stride;
  let two = one + stride;
  const middleShare = shares + (LIMIT << 1);
  const end = body + <usize>most;
  let low: u32 = 0;
  let high: u32 = 0xffffffff;
  let code: u32 = 0;
  // Bytes written so far, up to the last one that is not 0.
  let kept = 0;
  let put = 0;
  if (!writes) {
    for (let i = 0; i < 4; i++) {
      code <<= 8;
      if (body < end) code |= <u32>load<u8>(body++);
    }
  }
  let held: u32 = 0;
  let i = 0;
  for (let y = 0; y < height; y++, bias += (<usize>count) << 1) {
    rowsAbove(bias, above, one, two, channels, count, sums);
    let at = now;
    let sum = sums;
    for (let x = 0; x < width; x++) {
      let channel = before;
      let known: u32 = 0;
      for (const last = at + pixel; at < last; at += 2, sum += 4, channel += 136, i++) {
        let z = load<i32>(sum) + load<i32>(channel) * <i32>load<i16>(at - pixel);
        z += load<i32>(channel, 4) * <i32>load<i16>(at - 2 * pixel);
        z += load<i32>(channel + (((known >> 4) & 15) << 2), 72) + load<i32>(channel + ((known & 15) << 2), 8);
        if (z > LIMIT) z = LIMIT;
        if (z < -LIMIT) z = -LIMIT;
        const share = <u64>load<u16>(middleShare + (z << 1));
        const middle = low + <u32>((<u64>(high - low) * share) >> 16);
        let bit: u32;
        if (writes) bit = (<u32>load<u8>(features + <usize>(i >> 3)) >> (i & 7)) & 1;
        else {
          bit = u32(code <= middle);
          held = (held >> 1) | (bit << 7);
          if ((i & 7) === 7) store<u8>(features++, <u8>held);
        }
        // Without a branch, because a processor can't predict the bit.
        const mask = 0 - bit;
        high = (high & ~mask) | (middle & mask);
        low = (low & mask) | ((middle + 1) & ~mask);
        known = (known << 1) | bit;
        store<i16>(at, <i16>((bit << 1) - 1));
        while ((low ^ high) < 0x1000000) {
          if (writes) {
            const byte = high >> 24;
            if (put < most) store<u8>(body + <usize>put, <u8>byte);
            put++;
            if (byte !== 0) {
              kept = put;
              if (kept >= most) return -1;
            }
          } else {
            code <<= 8;
            if (body < end) code |= <u32>load<u8>(body++);
          }
          low <<= 8;
          high = (high << 8) | 255;
        }
      }
    }
    const oldest = two;
    two = one;
    one = now;
    now = oldest;
  }
  if (writes) {
    // The shortest number in the interval, its zeros left out.
    for (let bytes: u32 = 0; bytes <= 4; bytes++) {
      const value: u32 = bytes === 0 ? 0 : high & ((<u32>0xffffffff) << (32 - 8 * bytes));
      if (value < low) continue;
      for (let shift: u32 = 0; shift < 8 * bytes; shift += 8, put++) {
        const byte = (value >> (24 - shift)) & 255;
        if (put < most) store<u8>(body + <usize>put, <u8>byte);
        if (byte !== 0) kept = put + 1;
      }
      break;
    }
    return kept < most ? kept : -1;
  }
  if ((i & 7) !== 0) store<u8>(features, <u8>(held >> (8 - (i & 7))));
  return 0;
}
