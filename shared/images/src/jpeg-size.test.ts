import { expect, it } from 'vitest';
import { encodeJpeg } from './encode-jpeg.js';
import type { Image } from './image.js';
import { jpegSize } from './jpeg-size.js';

/** A picture of noise on a slope, more noise the higher `noise` is. */
function picture(width: number, height: number, noise: number): Image {
  let state = width * 31 + height * 7 + noise;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const slope = ((i % (width * 3)) / (width * 3)) * 200 + (i % 3) * 20;
    return Math.max(0, Math.min(255, slope + (random() - 0.5) * noise));
  });
  return { width, height, data };
}

it.each([
  [1, 1],
  [8, 8],
  [16, 16],
  [32, 32],
  [28, 28],
  [33, 9],
  [7, 50],
])('the size of a %i by %i picture is that of its file, whatever is on it', (width, height) => {
  for (const noise of [0, 1, 8, 40, 150, 600]) {
    const image = picture(width, height, noise);
    expect(jpegSize(image), `noise ${noise}`).toBe(encodeJpeg(image).length);
  }
});

it.each([0, 255])('a picture all of %i has its size', (value) => {
  const image = { width: 24, height: 16, data: new Uint8Array(24 * 16 * 3).fill(value) };
  expect(jpegSize(image)).toBe(encodeJpeg(image).length);
});
