import { expect, test } from 'vitest';
import { spreadOf } from './spread.js';

test('Numbers are put together wherever they stand', () => {
  const results = [
    { accuracy: 0.8, exits: { local: 10, cloud: 0 }, views: [{ lost: 0, cloud: 0.5 }] },
    { accuracy: 0.9, exits: { local: 20, cloud: 0 }, views: [{ lost: 0, cloud: 0.7 }] },
    { accuracy: 1.0, exits: { local: 60, cloud: 0 }, views: [{ lost: 0, cloud: 0.9 }] },
  ];
  const { mean, sd, min, max } = spreadOf(results);
  expect(mean).toMatchObject({ accuracy: expect.closeTo(0.9), exits: { local: 30, cloud: 0 } });
  expect(mean.views).toEqual([{ lost: 0, cloud: expect.closeTo(0.7) }]);
  expect(sd).toMatchObject({ accuracy: expect.closeTo(0.1), exits: { local: expect.closeTo(26.4575), cloud: 0 } });
  expect([min.accuracy, max.accuracy, min.exits.local, max.exits.local]).toEqual([0.8, 1, 10, 60]);
});

test('What is no number stays where all agree, and what not all have is left out', () => {
  const results = [
    { bundle: 'a', backend: 'wasm', jpeg: null, only: 1, list: [1] },
    { bundle: 'b', backend: 'wasm', jpeg: null, list: [1, 2] },
  ];
  expect(spreadOf(results).mean).toEqual({ backend: 'wasm', jpeg: null });
});

test('One result has no deviation', () => {
  expect(spreadOf([{ accuracy: 0.5 }])).toEqual({
    mean: { accuracy: 0.5 },
    sd: { accuracy: 0 },
    min: { accuracy: 0.5 },
    max: { accuracy: 0.5 },
  });
});
