import { expect, it } from 'vitest';
import { PacketIds } from './packet-ids.js';

const MOST = 65_534;

it('gives every identifier once, and passes over those in use when it begins anew', () => {
  const ids = new PacketIds();
  const first = Array.from({ length: MOST }, () => ids.take());
  expect(new Set(first).size).toBe(MOST);
  expect(Math.min(...first)).toBe(1);
  expect(Math.max(...first)).toBe(MOST);
  expect(ids.take()).toBe(0);
  for (const id of [MOST, 7, 300]) ids.free(id);
  expect([ids.take(), ids.take(), ids.take(), ids.take()]).toEqual([7, 300, MOST, 0]);
});

it('is not misled by acknowledgements of what was never sent, or twice', () => {
  const ids = new PacketIds();
  ids.free(5);
  for (let i = 0; i < MOST; i++) ids.take();
  for (const id of [9, 9, 0, 65_535, 70_000]) ids.free(id);
  expect([ids.take(), ids.take()]).toEqual([9, 0]);
});
