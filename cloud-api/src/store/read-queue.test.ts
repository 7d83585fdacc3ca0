import { expect, it } from 'vitest';
import { ReadQueue } from './read-queue.js';
import type { StoreThread } from './store-thread.js';

const threads = (count: number) => Array.from({ length: count }, () => ({}) as StoreThread);

/** A read that ends when it is told to. */
function held() {
  let end: (value: string) => void = () => {};
  const value = new Promise<string>((resolve) => {
    end = resolve;
  });
  return { read: () => value, end: (text: string) => end(text) };
}

it('gives each read a thread of its own, and the next one the thread that comes free', async () => {
  const queue = new ReadQueue(threads(2), { maxQueued: 5, timeoutMs: 60_000 });
  const [first, second, third] = [held(), held(), held()];
  let begun = false;
  const results = [
    queue.read(first.read),
    queue.read(second.read),
    queue.read(() => {
      begun = true;
      return third.read();
    }),
  ];
  expect(begun).toBe(false);
  second.end('b');
  expect(await results[1]).toBe('b');
  await Promise.resolve();
  expect(begun).toBe(true);
  first.end('a');
  third.end('c');
  expect(await Promise.all(results)).toEqual(['a', 'b', 'c']);
});

it('refuses a read beyond its bound, and tells what became of each', async () => {
  const told: string[] = [];
  const onRead = (result: string) => told.push(result);
  const queue = new ReadQueue(threads(1), { maxQueued: 1, timeoutMs: 60_000, onRead });
  const [first, second] = [held(), held()];
  const results = [queue.read(first.read), queue.read(second.read)];
  await expect(queue.read(second.read)).rejects.toMatchObject({ code: 'DDNN_STORE_BUSY' });
  first.end('a');
  second.end('b');
  expect(await Promise.all(results)).toEqual(['a', 'b']);
  await expect(queue.read(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(told).toEqual(['busy', 'answered', 'answered', 'failed']);
});

it('refuses a read that takes too long, running or waiting, and uses its thread again when it has ended', async () => {
  const queue = new ReadQueue(threads(1), { maxQueued: 5, timeoutMs: 20 });
  const first = held();
  let begun = 0;
  const second = () => {
    begun++;
    return Promise.resolve('b');
  };
  const results = [queue.read(first.read), queue.read(second)];
  for (const result of await Promise.allSettled(results)) {
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'DDNN_STORE_SLOW' } });
  }
  first.end('late');
  expect(await new ReadQueue(threads(1), { maxQueued: 5, timeoutMs: 60_000 }).read(second)).toBe('b');
  expect(await queue.read(second)).toBe('b');
  // What was refused while it waited is not done in vain.
  expect(begun).toBe(2);
});
