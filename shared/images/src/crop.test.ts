import { expect, it } from 'vitest';
import { cropToAspect } from './crop.js';
import type { Image } from './image.js';

/** Every pixel says where it is: column, row, 0. */
function grid(width: number, height: number): Image {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set([i % width, Math.floor(i / width)], i * 3);
  return { width, height, data };
}

/** [left, top, width, height] of a cut, read back from its pixels. */
function cut(image: Image): number[] {
  const last = image.data.length - 3;
  expect(image.data[last]! - image.data[0]! + 1).toBe(image.width);
  expect(image.data[last + 1]! - image.data[1]! + 1).toBe(image.height);
  return [image.data[0]!, image.data[1]!, image.width, image.height];
}

it('cuts the largest square out of the middle', () => {
  expect(cut(cropToAspect(grid(10, 6), 1, 1))).toEqual([2, 0, 6, 6]);
  expect(cut(cropToAspect(grid(5, 8), 1, 1))).toEqual([0, 1, 5, 5]);
});

it('returns a picture of that aspect as it is', () => {
  const image = grid(4, 4);
  expect(cropToAspect(image, 1, 1)).toBe(image);
});

it('cuts to an aspect, at least one pixel of it', () => {
  expect(cut(cropToAspect(grid(64, 64), 32, 16))).toEqual([0, 16, 64, 32]);
  expect(cut(cropToAspect(grid(30, 1), 1, 9))).toEqual([14, 0, 1, 1]);
});
