import { describe, expect, it } from 'vitest';
import { Batcher } from './batcher.js';

const options = { maxEntries: 4, maxMs: 5, maxQueued: 100 };

/** A batcher that records its batches and doubles its entries. */
function recording(changes: Partial<typeof options> = {}) {
  const batches: number[][] = [];
  const batcher = new Batcher<number, number>({ ...options, ...changes }, async (entries) => {
    batches.push([...entries]);
    return entries.map((entry) => entry * 2);
  });
  return { batches, batcher };
}

describe('a batcher', () => {
  it('gathers writes for a while and gives each its own result', async () => {
    const { batches, batcher } = recording();
    expect(await Promise.all([batcher.add(1), batcher.add(2), batcher.add(3)])).toEqual([2, 4, 6]);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  it('writes at once when a batch is full, and keeps batches within their bound by weight', async () => {
    const { batches, batcher } = recording({ maxMs: 60_000 });
    const first = [batcher.add(1, 2), batcher.add(2, 2), batcher.add(3, 9)];
    await Promise.all(first.slice(0, 2));
    await first[2];
    expect(batches).toEqual([[1, 2], [3]]);
  });

  it('writes one batch at a time, in order', async () => {
    let writing = 0;
    const order: number[] = [];
    const batcher = new Batcher<number, void>({ ...options, maxMs: 0 }, async (entries) => {
      expect(++writing).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 3));
      order.push(...entries);
      writing--;
      return entries.map(() => undefined);
    });
    const numbers = Array.from({ length: 30 }, (_, i) => i);
    await Promise.all(
      numbers.map(async (i) => {
        await new Promise((resolve) => setTimeout(resolve, i));
        await batcher.add(i);
      }),
    );
    expect([...order].sort((a, b) => a - b)).toEqual(numbers);
    expect(order).toEqual(numbers);
  });

  it('fails every write of a batch that fails, and goes on with the next', async () => {
    let fail = true;
    const batcher = new Batcher<number, number>(options, async (entries) => {
      if (fail) throw new Error('disk full');
      return [...entries];
    });
    const results = await Promise.allSettled([batcher.add(1), batcher.add(2)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fail = false;
    expect(await batcher.add(3)).toBe(3);
  });

  it('refuses a write beyond its bound', async () => {
    const { batcher } = recording({ maxQueued: 2 });
    const taken = [batcher.add(1), batcher.add(2)];
    await expect(batcher.add(3)).rejects.toMatchObject({ code: 'DDNN_STORE_BUSY' });
    await Promise.all(taken);
    expect(await batcher.add(3)).toBe(6);
  });

  it('writes everything that waits when it is flushed', async () => {
    const { batches, batcher } = recording({ maxMs: 60_000 });
    const taken = Promise.all([1, 2, 3].map((entry) => batcher.add(entry)));
    await batcher.flush();
    expect(batches).toEqual([[1, 2, 3]]);
    expect(await taken).toEqual([2, 4, 6]);
  });
});
