/*
 * Signs as bits, lowest first, with the channels of a pixel next to each other: as they are sent (docs/adr/0001).
 */

/** Eight channels of sixteen columns as bytes, one a column; fewer channels leave zeros. */
function columnBytes(plane: usize, stride: usize, channels: i32): v128 {
  const zero = i8x16.splat(0);
  let bytes = zero;
  for (let c = 0; c < channels; c++, plane += stride) {
    bytes = v128.or(bytes, v128.and(i8x16.gt_s(v128.load(plane), zero), i8x16.splat(<i8>((<i32>1) << c))));
  }
  return bytes;
}

/**
 * Planes of -1 and +1 as bits.
 *
 * @param pixels scratch: [height * width][bytes that a pixel's channels take], and 128 bytes more
 * @param out bits, and 16 bytes more
 */
export function packPlanes(
  planes: usize,
  height: i32,
  width: i32,
  channels: i32,
  stride: usize,
  pixels: usize,
  out: usize,
): void {
  const each = (channels + 7) >> 3;
  const whole = (channels & 7) === 0;
  // If pixels take whole bytes, they are the result already. What a row writes too much, the next row overwrites.
  let to = whole ? out : pixels;
  for (let y = 0; y < height; y++, planes += <usize>channels * stride, to += <usize>(width * each)) {
    for (let x = 0; x < width; x += 16) {
      for (let c = 0; c < channels; c += 8) {
        const bytes = columnBytes(planes + <usize>c * stride + <usize>x, stride, min(8, channels - c));
        const at = to + <usize>(x * each + (c >> 3));
        if (each === 1 && !(whole && x + 16 > width)) v128.store(at, bytes);
        else scatter(bytes, at, each, min(16, width - x));
      }
    }
  }
  if (whole) return;
  if (channels === 4) packNibbles(pixels, height * width, out);
  else packPixels(pixels, height * width, channels, out);
}

/** Bytes, `step` apart. */
function scatter(bytes: v128, to: usize, step: usize, count: i32): void {
  let low = i64x2.extract_lane(bytes, 0);
  for (let i = min(8, count); i > 0; i--, to += step, low >>= 8) store<u8>(to, <u8>low);
  let high = i64x2.extract_lane(bytes, 1);
  for (let i = count - 8; i > 0; i--, to += step, high >>= 8) store<u8>(to, <u8>high);
}

function packNibbles(pixels: usize, count: i32, out: usize): void {
  const low = i16x8.splat(0xff);
  for (let i = 0; i < count; i += 16, out += 8) {
    const pair = v128.load(pixels + <usize>i);
    const bytes = v128.and(v128.or(pair, i16x8.shr_u(pair, 4)), low);
    store<u64>(out, i64x2.extract_lane(i8x16.narrow_i16x8_u(bytes, bytes), 0));
  }
  // Clears the unused bits of the last byte, and what was written beyond it.
  const end = (count + 1) >> 1;
  const start = out - ((<usize>((count + 15) >> 4)) << 3);
  if (count & 1) store<u8>(start + <usize>(end - 1), load<u8>(start + <usize>(end - 1)) & 15);
  memory.fill(start + <usize>end, 0, out - (start + <usize>end));
}

function packPixels(pixels: usize, count: i32, channels: i32, out: usize): void {
  let bits: u64 = 0;
  let held = 0;
  for (let i = 0; i < count; i++) {
    for (let c = channels; c > 0; c -= 8) {
      bits |= (<u64>load<u8>(pixels++)) << held;
      held += min(8, c);
      if (held >= 32) {
        store<u32>(out, <u32>bits);
        out += 4;
        bits >>= 32;
        held -= 32;
      }
    }
  }
  for (; held > 0; held -= 8, bits >>= 8) store<u8>(out++, <u8>bits);
}

/**
 * Integers -1, 0 and +1 of 32 bits as two rows of bits: which are +1, and which are not 0. 16 at a time, zeros behind
 * the last.
 */
export function packTernary(map: usize, count: i32, signs: usize, present: usize): void {
  const zero = i8x16.splat(0);
  for (let i = 0; i < count; i += 16, map += 64, signs += 2, present += 2) {
    const values = i8x16.narrow_i16x8_s(
      i16x8.narrow_i32x4_s(v128.load(map), v128.load(map, 16)),
      i16x8.narrow_i32x4_s(v128.load(map, 32), v128.load(map, 48)),
    );
    store<u16>(signs, <u16>i8x16.bitmask(i8x16.gt_s(values, zero)));
    store<u16>(present, <u16>i8x16.bitmask(i8x16.ne(values, zero)));
  }
}
