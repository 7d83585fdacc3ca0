import { expect, it } from 'vitest';
import { crop, cropSquare, cropToAspect } from './crop.js';
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
  expect(cut(cropSquare(grid(10, 6)))).toEqual([2, 0, 6, 6]);
  expect(cut(cropSquare(grid(5, 8)))).toEqual([0, 1, 5, 5]);
});

it('returns a square picture as it is', () => {
  const image = grid(4, 4);
  expect(cropSquare(image)).toBe(image);
});

it('cuts a square around a box, as wide as its longer side', () => {
  expect(cut(cropSquare(grid(40, 30), { x: 10, y: 10, width: 8, height: 4 }))).toEqual([10, 8, 8, 8]);
});

it('moves the square inside the picture at every edge', () => {
  expect(cut(cropSquare(grid(40, 30), { x: 0, y: 0, width: 2, height: 10 }))).toEqual([0, 0, 10, 10]);
  expect(cut(cropSquare(grid(40, 30), { x: 38, y: 20, width: 2, height: 10 }))).toEqual([30, 20, 10, 10]);
});

it('never makes the square larger than the picture', () => {
  expect(cut(cropSquare(grid(40, 30), { x: 0, y: 5, width: 40, height: 10 }))).toEqual([5, 0, 30, 30]);
});

it('cuts to an aspect, at least one pixel of it', () => {
  expect(cut(cropToAspect(grid(64, 64), 32, 16))).toEqual([0, 16, 64, 32]);
  expect(cut(cropToAspect(grid(30, 1), 1, 9))).toEqual([14, 0, 1, 1]);
});

it('refuses a box outside the picture, and names both', () => {
  const boxes = [
    [-1, 0, 2, 2],
    [0, 0, 0, 2],
    [3, 0, 2, 2],
    [0, 3, 1, 2],
    [0.5, 0, 1, 1],
  ] as const;
  for (const [x, y, width, height] of boxes) {
    expect(() => crop(grid(4, 4), { x, y, width, height })).toThrow(
      expect.objectContaining({
        code: 'DDNN_IMAGE_BOX',
        message: `the box ${width} x ${height} at ${x},${y} is not inside a picture of 4 x 4`,
      }),
    );
  }
});
