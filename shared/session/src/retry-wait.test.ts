import { expect, it } from 'vitest';
import { RetryWait } from './retry-wait.js';

it('doubles the wait up to its bound, and begins anew after a connection that stood', () => {
  const wait = new RetryWait(100, 350, () => 0.5);
  expect([0, 0, 0, 0].map((stood) => wait.next(stood))).toEqual([100, 200, 350, 350]);
  // A connection that is thrown out again at once is no success.
  expect(wait.next(40)).toBe(350);
  expect(wait.next(351)).toBe(100);
  expect(wait.next(0)).toBe(200);
});

it('draws each wait from half to one and a half times the mean', () => {
  expect(new RetryWait(100, 100, () => 0).next(0)).toBe(50);
  expect(new RetryWait(100, 100, () => 1).next(0)).toBe(150);
  expect(new RetryWait(500, 100, () => 0.5).next(0)).toBe(500);
});
