import { expect, it } from 'vitest';
import { exifBlock } from '../test/corpus-picture.js';
import { exifOrientation } from './exif-orientation.js';
import { orient } from './orient.js';

it('reads orientations 1 to 8 in both byte orders', () => {
  for (let orientation = 1; orientation <= 8; orientation++) {
    for (const little of [true, false]) expect(exifOrientation(exifBlock(orientation, little))).toBe(orientation);
  }
});

it('leaves a picture as it is where the block is cut off anywhere, or says what cannot be', () => {
  const block = exifBlock(6, true);
  for (let length = 0; length < 22; length++) expect(exifOrientation(block.subarray(0, length)), `${length}`).toBe(1);
  expect(exifOrientation(exifBlock(0, true))).toBe(1);
  expect(exifOrientation(exifBlock(9, false))).toBe(1);
  expect(exifOrientation(exifBlock(6, false, 2))).toBe(1);
});

it('turns a picture as EXIF counts its orientations', () => {
  // a b c / d e f, one value for three channels.
  const image = {
    width: 3,
    height: 2,
    data: Uint8Array.from([...'abcdef'].flatMap((c) => Array(3).fill(c.charCodeAt(0)))),
  };
  const turned = Array.from({ length: 8 }, (_, i) => {
    const { width, data } = orient(image, i + 1);
    const letters = String.fromCharCode(...data.filter((_, at) => at % 3 === 0));
    return letters.replace(new RegExp(`.{${width}}(?!$)`, 'g'), '$&/');
  });
  expect(turned).toEqual(['abc/def', 'cba/fed', 'fed/cba', 'def/abc', 'ad/be/cf', 'da/eb/fc', 'fc/eb/da', 'cf/be/ad']);
});
