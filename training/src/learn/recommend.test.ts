import { inferShapes, resolveArchitecture } from '@ddnn/model';
import { describe, expect, test } from 'vitest';
import type { DataFacts } from '../data/data-facts.js';
import { recommendArchitecture } from './recommend.js';

const names = (count: number) => Array.from({ length: count }, (_, i) => `class${i}`);
const facts = (picture: DataFacts['picture'], classes: number, samples: number): DataFacts => ({
  picture,
  views: 6,
  classes: names(classes),
  samples,
});
const crop = { height: 32, width: 32, channels: 3 } as const;
const part = { height: 14, width: 9, channels: 1 } as const;

function shapesOf(of: DataFacts) {
  return inferShapes(resolveArchitecture(recommendArchitecture(of), of));
}

test('few classes get ConvP blocks in the cloud', () => {
  const { device, cloud, training } = recommendArchitecture(facts(crop, 3, 845));
  expect(device.section).toEqual([{ convp: { filters: 4 } }]);
  expect(shapesOf(facts(crop, 3, 845)).device.featureBytes).toBe(128);
  expect(cloud.section).toEqual([{ convp: { filters: 32 } }, { convp: { filters: 64 } }]);
  expect(training).not.toHaveProperty('mixup');
});

test('more classes of few samples get a cloud exit straight on the features, and mixed samples', () => {
  const { device, cloud, training } = recommendArchitecture(facts(crop, 8, 768));
  expect(device.section).toEqual([{ convp: { filters: 5 } }]);
  expect(cloud.section).toEqual([]);
  expect(training).toMatchObject({ mixup: 0.5, refit: true });
});

test('pictures of twice the side get a block more, of twice the filters', () => {
  const { device } = recommendArchitecture(facts({ height: 64, width: 64, channels: 3 }, 3, 845));
  expect(device.section).toEqual([{ convp: { filters: 8 } }, { convp: { filters: 4 } }]);
});

test('many samples get a cloud section with a layer of its own, and features of at most a third of the pixels', () => {
  const { cloud, training } = recommendArchitecture(facts(part, 10, 60_000));
  expect(cloud.section).toEqual([{ fc: { units: 256 } }]);
  expect(training).not.toHaveProperty('refit');
  expect(shapesOf(facts(part, 10, 60_000)).device.featureBytes).toBeLessThanOrEqual(40);
});

test('a larger picture is made smaller, in its own aspect', () => {
  const { input } = recommendArchitecture(facts({ height: 480, width: 640, channels: 3 }, 8, 500));
  expect(input).toEqual({ height: 48, width: 64, channels: 3 });
});

describe('whatever the data, a device section keeps its bounds', () => {
  const pictures = [
    crop,
    part,
    { height: 1, width: 1, channels: 3 },
    { height: 2000, width: 30, channels: 1 },
  ] as const;
  for (const picture of pictures) {
    for (const classes of [1, 2, 5, 32]) {
      test(`${picture.width}x${picture.height}, ${classes} classes`, () => {
        const { device, pixelBytes } = shapesOf(facts(picture, classes, 100));
        expect(device.memoryBytes).toBeLessThanOrEqual(classes === 32 ? 4096 : 2000);
        if (pixelBytes > 1) expect(device.featureBytes).toBeLessThanOrEqual(pixelBytes);
      });
    }
  }
});
