import { expect, test } from 'vitest';
import { findNearCopies, type RowThumbnail, THUMBNAIL, thumbnail } from './near-copies.js';
import { createRandom } from './random.js';

/** 16 x 16 pixels of random blocks; `light` is added everywhere, `noise` at most to each pixel. */
function picture(seed: number, light = 0, noise = 0) {
  const blocks = createRandom(seed);
  const shades = Array.from({ length: 64 }, () => 40 + 150 * blocks());
  const grain = createRandom(seed + light + 1000);
  const data = new Uint8Array(16 * 16 * 3);
  for (let i = 0; i < 256; i++) {
    const shade = shades[Math.floor(Math.floor(i / 16) / 2) * 8 + Math.floor((i % 16) / 2)];
    data.fill(shade + light + noise * grain(), i * 3, i * 3 + 3);
  }
  return { width: 16, height: 16, data };
}

const row = (mask: number, ...pictures: ReturnType<typeof picture>[]): RowThumbnail => ({
  mask,
  values: Float32Array.from(pictures.flatMap((one) => Array.from(thumbnail(one)))),
});

test('A picture in other light and with some noise is a near copy, another picture is not', () => {
  const rows = [row(1, picture(1)), row(1, picture(2)), row(1, picture(1, 30, 6)), row(1, picture(3))];
  const { copies, compared } = findNearCopies(rows, [2, 3], [0, 1]);
  expect(copies.map(({ row, of }) => [row, of])).toEqual([[2, 0]]);
  expect(copies[0].distance).toBeLessThan(0.05);
  expect(compared).toEqual([2, 3]);
});

test('The nearest of several originals is named', () => {
  const rows = [row(1, picture(1, 0, 12)), row(1, picture(1)), row(1, picture(1, 5))];
  expect(findNearCopies(rows, [2], [0, 1]).copies).toMatchObject([{ row: 2, of: 1 }]);
});

test('Every view that is present must be alike, and the same cameras must see it', () => {
  const rows = [row(3, picture(1), picture(2)), row(3, picture(1), picture(3)), row(5, picture(1), picture(2))];
  expect(findNearCopies(rows, [1, 2], [0]).copies).toEqual([]);
  expect(findNearCopies([rows[0], row(3, picture(1, 9), picture(2, 9))], [1], [0]).copies).toHaveLength(1);
});

test('Dark pictures of little contrast are told apart', () => {
  const dim = (seed: number) => {
    const { data, ...size } = picture(seed);
    return { ...size, data: data.map((value) => 4 + value / 16) };
  };
  const rows = [row(1, dim(1)), row(1, dim(2)), row(1, dim(1))];
  expect(findNearCopies(rows, [1, 2], [0]).copies).toMatchObject([{ row: 2, of: 0, distance: 0 }]);
});

test('Rows without a readable view are left out', () => {
  const nothing = { mask: 1, values: new Float32Array() };
  expect(findNearCopies([nothing, nothing, row(1, picture(1))], [1, 2], [0])).toEqual({ copies: [], compared: [2] });
});

test('Beyond the budget rows evenly spread are compared', () => {
  const rows = Array.from({ length: 9 }, () => row(1, picture(1)));
  const { copies, compared } = findNearCopies(rows, [1, 2, 3, 4, 5, 6, 7, 8], [0], 2 * THUMBNAIL);
  expect(compared).toEqual([1, 5]);
  expect(copies).toHaveLength(2);
});
