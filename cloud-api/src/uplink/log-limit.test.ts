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

it('forgets the oldest key beyond its bound', () => {
  const limit = new LogLimit(1000, 2);
  for (const key of ['a', 'b', 'c']) limit.pass(key, 0);
  expect(limit.pass('a', 1)).toBe(0);
  expect(limit.pass('c', 1)).toBeUndefined();
});
