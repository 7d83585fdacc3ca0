import { encodeJpeg } from '@ddnn/images';
import { expect, test } from 'vitest';
import { syntheticData } from '../testing/synthetic-data.js';
import { imageBytes } from './image-bytes.js';

const data = syntheticData({ rows: 4, views: 2, side: 8, seed: 1 });

test('Files that are JPEG of the input’s size count as they are; absent and lost views count nothing', () => {
  const images = [[data.images[0][0], null], ...data.images.slice(1)];
  const jpegBytes = images.map((row) => row.map((image) => image && 100)) as number[][];
  expect(imageBytes({ ...data, images, jpegBytes })).toEqual({ rawPerView: (7 * 64) / 8, jpegPerView: (7 * 100) / 8 });
  expect(imageBytes({ ...data, images, jpegBytes }, [0])).toEqual({ rawPerView: (3 * 64) / 8, jpegPerView: 300 / 8 });
});

test('Other pictures are encoded, gray ones as colour', () => {
  const size = (image: Uint8Array) => encodeJpeg({ width: 8, height: 8, data: colour(image) }).length;
  const sizes = data.images.flat().map((image) => size(image!));
  expect(imageBytes(data).jpegPerView).toBeCloseTo(sizes.reduce((a, b) => a + b, 0) / 8, 9);
});

function colour(gray: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: gray.length * 3 }, (_, i) => gray[Math.floor(i / 3)]);
}
