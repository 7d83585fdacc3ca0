import { expect, it } from 'vitest';
import { NO_EXIT } from '../outbox/best-exit.js';
import { CloudWait } from './cloud-wait.js';

function waiting(capacity = 8) {
  const given: [number, string][] = [];
  const wait = new CloudWait(capacity, 100, ({ slot }, reason) => void given.push([slot, reason]));
  const add = (slot: number, now: number) => wait.add({ slot, states: new Uint8Array(2), best: NO_EXIT }, now);
  return { wait, add, given };
}

it('gives up at the deadline, not before, and each sample once', () => {
  const { wait, add, given } = waiting();
  add(1, 0);
  add(2, 10);
  wait.expire(99);
  expect(given).toEqual([]);
  wait.expire(100);
  wait.expire(109);
  expect(given).toEqual([[1, 'deadline']]);
  wait.expire(110);
  wait.giveUp(2, 'refused');
  expect(given).toEqual([
    [1, 'deadline'],
    [2, 'deadline'],
  ]);
});

it('says whether a sample still waited when the cloud answers', () => {
  const { wait, add, given } = waiting();
  add(1, 0);
  expect(wait.settle(1)).toBe(true);
  expect(wait.settle(1)).toBe(false);
  wait.expire(1000);
  expect(given).toEqual([]);
});

it('answers all that wait when the link is gone', () => {
  const { wait, add, given } = waiting();
  for (const slot of [3, 1, 2]) add(slot, 0);
  wait.giveUpAll('unreachable');
  expect(given.map(([slot]) => slot)).toEqual([3, 1, 2]);
  expect(wait.size).toBe(0);
});

it('is bounded: one more answers the oldest', () => {
  const { wait, add, given } = waiting(2);
  for (const slot of [1, 2, 3]) add(slot, 0);
  expect(given).toEqual([[1, 'deadline']]);
  expect(wait.size).toBe(2);
});
