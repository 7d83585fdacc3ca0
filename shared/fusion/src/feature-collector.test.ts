import { describe, expect, it } from 'vitest';
import { type Collected, FeatureCollector } from './feature-collector.js';

function open(capacity = 8) {
  const done: Collected<string>[] = [];
  const collector = new FeatureCollector<string>({ sources: 3, capacity, deadlineMs: 100 }, (collected) =>
    done.push(collected),
  );
  return { collector, done };
}
const map = (value: number) => new Uint8Array([value]);

describe('feature collector', () => {
  it('completes when all wanted features came', () => {
    const { collector, done } = open();
    collector.open(4, 0b101, 'context', 0);
    expect(collector.offer(4, 0, map(1))).toBe('taken');
    expect(collector.offer(4, 0, map(2))).toBe('duplicate');
    expect(collector.offer(4, 1, map(3))).toBe('unknown');
    expect(collector.offer(4, 2, map(4))).toBe('taken');
    expect(done).toEqual([
      { slot: 4, context: 'context', maps: [map(1), undefined, map(4)], mask: 0b101, reason: 'complete' },
    ]);
    expect(collector.offer(4, 2, map(4))).toBe('unknown');
  });

  it('goes on without features that a device no longer has, or that come too late', () => {
    const { collector, done } = open();
    collector.open(1, 0b011, 'a', 0);
    collector.offer(1, 0, null);
    collector.offer(1, 1, map(1));
    expect(done[0]).toMatchObject({ slot: 1, mask: 0b010 });
    collector.open(2, 0b111, 'b', 10);
    collector.offer(2, 1, map(1));
    collector.expire(109);
    expect(done).toHaveLength(1);
    collector.expire(110);
    expect(done[1]).toMatchObject({ slot: 2, mask: 0b010, reason: 'deadline' });
  });

  it('does not wait for a device that died', () => {
    const { collector, done } = open();
    collector.open(1, 0b011, 'a', 0);
    collector.open(2, 0b100, 'b', 0);
    collector.offer(1, 0, map(1));
    collector.giveUp(1);
    expect(done).toMatchObject([{ slot: 1, mask: 0b001 }]);
  });

  it('completes the oldest when it is full', () => {
    const { collector, done } = open(2);
    for (const slot of [1, 2, 3]) collector.open(slot, 0b1, 'x', 0);
    expect(done).toMatchObject([{ slot: 1, reason: 'crowded' }]);
    expect(collector.size).toBe(2);
  });
});
