import { expect, it } from 'vitest';
import type { Image } from './image.js';
import { resizeArea, toChannels } from './resize.js';

/** A picture whose three channels are v, v + 1 and 255 - v. */
function picture(width: number, values: number[]): Image {
  const data = Uint8Array.from(values.flatMap((v) => [v, v + 1, 255 - v]));
  return { width, height: values.length / width, data };
}

const reds = (image: Image) => Array.from(image.data).filter((_, index) => index % 3 === 0);

/** Independent of the code under test: each picture is enlarged to a common multiple, then averaged cell by cell. */
function reference(image: Image, width: number, height: number): number[] {
  const result: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0n;
        for (let v = y * image.height; v < (y + 1) * image.height; v++) {
          for (let u = x * image.width; u < (x + 1) * image.width; u++) {
            sum += BigInt(image.data[(Math.floor(v / height) * image.width + Math.floor(u / width)) * 3 + c]!);
          }
        }
        const area = BigInt(image.width * image.height);
        result.push(Number((2n * sum + area) / (2n * area)));
      }
    }
  }
  return result;
}

it('returns the picture itself when the size stays', () => {
  const image = picture(2, [1, 2, 3, 4]);
  expect(resizeArea(image, 2, 2)).toBe(image);
});

it('averages whole pixels and rounds a half up', () => {
  expect(reds(resizeArea(picture(2, [1, 2]), 1, 1))).toEqual([2]);
  expect(reds(resizeArea(picture(2, [0, 0, 0, 1]), 1, 1))).toEqual([0]);
  expect(reds(resizeArea(picture(2, [0, 0, 1, 1]), 1, 1))).toEqual([1]);
});

it('shares a pixel between the two that cover it', () => {
  expect(reds(resizeArea(picture(3, [0, 90, 240]), 2, 1))).toEqual([30, 190]);
});

it('equals the exact mean for awkward sizes, smaller and larger', () => {
  for (const [width, height, toWidth, toHeight] of [
    [7, 5, 3, 2],
    [3, 2, 7, 5],
    [13, 1, 4, 1],
    [1, 1, 3, 3],
    [31, 33, 32, 32],
    [5, 9, 9, 5],
    [64, 48, 32, 32],
  ] as const) {
    const values = Array.from({ length: width * height }, (_, i) => (i * 7919 + 31 * i * i) % 255);
    const image = picture(width, values);
    const resized = resizeArea(image, toWidth, toHeight);
    expect(Array.from(resized.data), `${width}x${height}`).toEqual(reference(image, toWidth, toHeight));
  }
});

it('keeps an even colour at every size', () => {
  const image = { width: 17, height: 11, data: new Uint8Array(17 * 11 * 3).fill(255) };
  expect(new Set(resizeArea(image, 32, 32).data)).toEqual(new Set([255]));
});

it('refuses a size that is not whole', () => {
  for (const size of [0, -1, 1.5, Number.NaN]) {
    expect(() => resizeArea(picture(1, [1]), size, 1)).toThrow(expect.objectContaining({ code: 'DDNN_IMAGE_SIZE' }));
  }
});

it('makes gray by integer luma, and leaves RGB alone', () => {
  const data = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 10, 20, 30);
  const image = { width: 6, height: 1, data };
  expect(Array.from(toChannels(image, 1))).toEqual([76, 150, 29, 255, 0, 18]);
  expect(toChannels(image, 3)).toBe(data);
});
