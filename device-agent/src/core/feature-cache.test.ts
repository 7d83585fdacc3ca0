import { expect, it } from 'vitest';
import { FeatureCache } from './feature-cache.js';

const features = (slot: number) => Uint8Array.of(slot, slot + 1);

it('keeps the last samples and no more, each with its own features', () => {
  const cache = new FeatureCache(4, 2);
  for (let slot = 0; slot < 11; slot++) cache.put(slot, features(slot));
  for (let slot = 0; slot < 7; slot++) expect(cache.get(slot)).toBeNull();
  for (let slot = 7; slot < 11; slot++) expect(cache.get(slot)).toEqual(features(slot));
});

it('does not take one slot for another of the same cell', () => {
  const cache = new FeatureCache(4, 2);
  cache.put(5, features(5));
  expect([cache.get(1), cache.get(9), cache.get(0)]).toEqual([null, null, null]);
  cache.put(2 ** 40 + 1, features(7));
  expect(cache.get(5)).toBeNull();
  expect(cache.get(2 ** 40 + 1)).toEqual(features(7));
});

it('copies, for the section writes over its own array', () => {
  const cache = new FeatureCache(4, 2);
  const array = features(3);
  cache.put(3, array);
  array.fill(0);
  expect(cache.get(3)).toEqual(features(3));
});
