import { describe, expect, it } from 'vitest';
import { SendQueue } from './send-queue.js';

const entry = (slot: number) => ({ kind: 'features', slot }) as const;

/** Takes whatever may go at that time. */
function takeAll(queue: SendQueue, now: number, backlogToo = true): number[] {
  const slots: number[] = [];
  for (let next = queue.next(now, backlogToo); next; next = queue.next(now, backlogToo)) {
    slots.push(next[1].slot);
    queue.delete(next[0]);
  }
  return slots;
}

describe('send queue', () => {
  it('lets live entries go before a backlog that came earlier, both in order', () => {
    const queue = new SendQueue(1000);
    for (const slot of [1, 2, 3]) queue.add(`${slot}`, entry(slot), false);
    for (const slot of [9, 8]) queue.add(`${slot}`, entry(slot), true);
    expect(takeAll(queue, 1000)).toEqual([9, 8, 1, 2, 3]);
  });

  it('lets no more of the backlog go than its rate, and any number of live entries', () => {
    const queue = new SendQueue(100);
    for (let slot = 0; slot < 100; slot++) queue.add(`${slot}`, entry(slot), false);
    for (let slot = 100; slot < 200; slot++) queue.add(`${slot}`, entry(slot), true);
    expect(takeAll(queue, 10_000)).toHaveLength(110);
    expect(takeAll(queue, 10_000)).toEqual([]);
    expect(takeAll(queue, 10_050)).toEqual([10, 11, 12, 13, 14]);
    expect(queue.backlog).toBe(85);
  });

  it('keeps the backlog back where only live entries have room', () => {
    const queue = new SendQueue(1000);
    queue.add('1', entry(1), false);
    queue.add('2', entry(2), true);
    expect(takeAll(queue, 1000, false)).toEqual([2]);
    expect(takeAll(queue, 1000)).toEqual([1]);
  });

  it('has an entry once, where it was put last', () => {
    const queue = new SendQueue(1000);
    queue.add('1', entry(1), false);
    queue.add('1', entry(1), true);
    expect([queue.backlog, queue.get('1')]).toEqual([0, entry(1)]);
    queue.clear();
    expect([queue.next(0, true), queue.get('1')]).toEqual([undefined, undefined]);
  });
});
