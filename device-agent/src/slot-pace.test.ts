import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EdgeClock } from './edge-clock.js';
import { SlotPace } from './slot-pace.js';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

/** The edge's clock is 30 ms ahead of the device's. */
function paced(capture: (slot: number) => Promise<void> = async () => {}) {
  const clock = new EdgeClock();
  const now = performance.now();
  clock.take({ asked: now, answered: now, edge: 1030 });
  const captures: [number, number][] = [];
  let missed = 0;
  const pace = new SlotPace(
    clock,
    (slot) => {
      captures.push([slot, clock.at(performance.now())]);
      return capture(slot);
    },
    (slots) => {
      missed += slots;
    },
  );
  return { clock, pace, captures, missed: () => missed };
}
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

it('captures at the borders of the edge’s slots', async () => {
  const { pace, captures, missed } = paced();
  pace.start(100);
  await vi.advanceTimersByTimeAsync(350);
  expect(captures).toEqual([
    [11, 1100],
    [12, 1200],
    [13, 1300],
  ]);
  expect(missed()).toBe(0);
  pace.stop();
  await vi.advanceTimersByTimeAsync(500);
  expect(captures).toHaveLength(3);
});

it('leaves out and counts the slots that a slow capture took, and never captures two at once', async () => {
  let running = 0;
  let most = 0;
  const { pace, captures, missed } = paced(async () => {
    most = Math.max(most, ++running);
    await wait(250);
    running--;
  });
  pace.start(100);
  await vi.advanceTimersByTimeAsync(960);
  pace.stop();
  expect(captures.map(([slot]) => slot)).toEqual([11, 14, 17]);
  expect(missed()).toBe(4);
  expect(most).toBe(1);
});

it('paces once when it is started again during a capture, and stops for good', async () => {
  const { pace, captures, missed } = paced(() => wait(60));
  pace.start(100);
  await vi.advanceTimersByTimeAsync(90);
  for (let n = 0; n < 5; n++) pace.start(100);
  await vi.advanceTimersByTimeAsync(300);
  expect(captures.map(([slot]) => slot)).toEqual([11, 12, 13, 14]);
  expect(vi.getTimerCount()).toBeLessThanOrEqual(2);
  pace.stop();
  await vi.advanceTimersByTimeAsync(1000);
  expect(vi.getTimerCount()).toBe(0);
  expect(captures).toHaveLength(4);
  // Slots that passed while it stood still were not missed.
  pace.start(100);
  await vi.advanceTimersByTimeAsync(100);
  expect([captures.length, missed()]).toEqual([5, 0]);
  pace.stop();
});

it('captures slots before the last one where the edge’s clock was set back, and none twice where it was not', async () => {
  const { clock, pace, captures, missed } = paced();
  pace.start(100);
  await vi.advanceTimersByTimeAsync(300);
  const now = performance.now();
  // A better exchange, by which the border comes once more.
  clock.take({ asked: now, answered: now, edge: 1298.5 });
  pace.start(100);
  await vi.advanceTimersByTimeAsync(10);
  expect(captures.map(([slot]) => slot)).toEqual([11, 12, 13]);
  expect(clock.take({ asked: now + 10, answered: now + 10, edge: 430 })).toBeCloseTo(-878.5);
  pace.forget();
  pace.start(100);
  await vi.advanceTimersByTimeAsync(200);
  pace.stop();
  expect(captures.map(([slot]) => slot)).toEqual([11, 12, 13, 5, 6]);
  expect(missed()).toBe(0);
});
