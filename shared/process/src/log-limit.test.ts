import { expect, it } from 'vitest';
import { LogLimit } from './log-limit.js';

it('lets one line per key and interval through and tells how many it held back', () => {
  const limit = new LogLimit(1000, 10);
  expect(limit.pass('a', 0)).toBe(0);
  expect(limit.pass('a', 10)).toBeUndefined();
  expect(limit.pass('a', 999)).toBeUndefined();
  expect(limit.pass('b', 999)).toBe(0);
  expect(limit.pass('a', 1000)).toBe(2);
});

it('lets no more keys through in an interval than its bound, and tells of those with the next line', () => {
  const limit = new LogLimit(1000, 2);
  expect(['a', 'b', 'c', 'd', 'e'].map((key) => limit.pass(key, 0))).toEqual([0, 0, undefined, undefined, undefined]);
  expect(limit.pass('c', 1000)).toBe(3);
  expect(limit.pass('a', 1000)).toBe(0);
  expect(limit.pass('b', 1000)).toBeUndefined();
});
