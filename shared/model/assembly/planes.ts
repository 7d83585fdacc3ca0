/*
 * Maps as planes: [row][channel][column]. A plane of one row is padded with zeros to whole vectors, plus one vector. So
 * the values to the left of a plane (the end of the one before) and to its right are zero, as the padding of a
 * convolution is.
 */

/** Pixels of one channel, a byte each, as planes of 16 bits. `tail`: a mask of the last vector's columns. */
export function pixels1(pixels: usize, height: i32, width: i32, planes: usize, stride: usize, tail: usize): void {
  for (let y = 0; y < height; y++, pixels += <usize>width, planes += stride) {
    let x = 0;
    for (; x + 8 < width; x += 8) {
      v128.store(planes + ((<usize>x) << 1), v128.load_ext<u8>(pixels + <usize>x));
    }
    v128.store(planes + ((<usize>x) << 1), v128.and(v128.load_ext<u8>(pixels + <usize>x), v128.load(tail)));
  }
}

/** The same for pixels of three channels. Reads up to 32 bytes beyond the last one. */
export function pixels3(pixels: usize, height: i32, width: i32, planes: usize, stride: usize, tail: usize): void {
  for (let y = 0; y < height; y++) {
    const mask = v128.load(tail);
    for (let x = 0; x < width; x += 8) {
      const from = pixels + <usize>(3 * x);
      // Pixels 0 to 4 and a bit, and pixels 2 and a bit to 7.
      const low = v128.load(from);
      const high = v128.load(from, 8);
      let red = v128.or(
        v128.swizzle(low, i8x16(0, -1, 3, -1, 6, -1, 9, -1, 12, -1, 15, -1, -1, -1, -1, -1)),
        v128.swizzle(high, i8x16(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 10, -1, 13, -1)),
      );
      let green = v128.or(
        v128.swizzle(low, i8x16(1, -1, 4, -1, 7, -1, 10, -1, 13, -1, -1, -1, -1, -1, -1, -1)),
        v128.swizzle(high, i8x16(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 8, -1, 11, -1, 14, -1)),
      );
      let blue = v128.or(
        v128.swizzle(low, i8x16(2, -1, 5, -1, 8, -1, 11, -1, 14, -1, -1, -1, -1, -1, -1, -1)),
        v128.swizzle(high, i8x16(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 9, -1, 12, -1, 15, -1)),
      );
      if (x + 8 >= width) {
        red = v128.and(red, mask);
        green = v128.and(green, mask);
        blue = v128.and(blue, mask);
      }
      const to = planes + ((<usize>x) << 1);
      v128.store(to, red);
      v128.store(to + stride, green);
      v128.store(to + stride + stride, blue);
    }
    pixels += <usize>(3 * width);
    planes += 3 * stride;
  }
}

/** Integers, 32 bits each with the channels of a pixel side by side, as planes of narrower ones. */
function planes<T>(map: usize, height: i32, width: i32, channels: i32, out: usize, stride: usize): void {
  const next = (<usize>channels) << 2;
  const row = <usize>width * next;
  for (let y = 0; y < height; y++, map += row) {
    for (let c = 0; c < channels; c++, out += stride) {
      let from = map + ((<usize>c) << 2);
      let to = out;
      for (let x = 0; x < width; x++, from += next, to += sizeof<T>()) store<T>(to, <T>load<i32>(from));
    }
  }
}

export function planes8(map: usize, height: i32, width: i32, channels: i32, out: usize, stride: usize): void {
  planes<i8>(map, height, width, channels, out, stride);
}

export function planes16(map: usize, height: i32, width: i32, channels: i32, out: usize, stride: usize): void {
  planes<i16>(map, height, width, channels, out, stride);
}

export function planes32(map: usize, height: i32, width: i32, channels: i32, out: usize, stride: usize): void {
  planes<i32>(map, height, width, channels, out, stride);
}
