import { expect, it } from 'vitest';
import { DeadlineQueue } from './deadline-queue.js';

function waiting(capacity = 8) {
  const left: [string, string][] = [];
  const queue = new DeadlineQueue<number, string>({ capacity, deadlineMs: 100 }, (value, reason) => {
    expect(queue.values()).not.toContain(value);
    left.push([value, reason]);
  });
  return { queue, left };
}

it('lets a value go at its deadline, not before, and once', () => {
  const { queue, left } = waiting();
  queue.add(1, 'a', 0);
  queue.add(2, 'b', 10);
  queue.expire(99);
  expect(left).toEqual([]);
  queue.expire(100);
  queue.expire(109);
  expect(left).toEqual([['a', 'deadline']]);
  queue.expire(110);
  queue.expire(1_000);
  expect(left).toEqual([
    ['a', 'deadline'],
    ['b', 'deadline'],
  ]);
});

it('hands a value out once, and says nothing of it any more', () => {
  const { queue, left } = waiting();
  queue.add(1, 'a', 0);
  expect(queue.get(1)).toBe('a');
  expect(queue.take(1)).toBe('a');
  expect(queue.take(1)).toBeUndefined();
  queue.expire(1_000);
  expect(left).toEqual([]);
});

it('is bounded: for one more the oldest leaves, and says that too many waited', () => {
  const { queue, left } = waiting(2);
  for (const key of [3, 1, 2]) queue.add(key, `${key}`, 0);
  expect(left).toEqual([['3', 'crowded']]);
  expect(queue.size).toBe(2);
  expect(queue.values()).toEqual(['1', '2']);
});

it('gives a value that is added again a new deadline behind all others, and needs no second place for it', () => {
  const { queue, left } = waiting(2);
  queue.add(1, 'a', 0);
  queue.add(2, 'b', 10);
  queue.add(1, 'again', 20);
  expect(queue.values()).toEqual(['b', 'again']);
  queue.expire(119);
  expect(left).toEqual([['b', 'deadline']]);
  queue.expire(120);
  expect(left.at(-1)).toEqual(['again', 'deadline']);
});
