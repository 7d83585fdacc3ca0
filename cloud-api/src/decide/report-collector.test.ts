import { expect, it } from 'vitest';
import { ReportCollector } from './report-collector.js';
import type { EdgeReport } from './site-exit.js';

const report = (edge: string, sure = true): EdgeReport => ({
  edge,
  place: edge === 'north' ? 0 : 1,
  states: new Uint8Array(2),
  exit: sure ? 'local' : 'cloud',
  classIndex: 0,
  uncertainty: 0.5,
  features: undefined,
});

/** Joins of a site whose two edges live, with a deadline of 100 ms; every complete sample is noted. */
function joining() {
  const complete: number[] = [];
  const live = new Set(['north', 'south']);
  const join = new ReportCollector({ deadlineMs: 100, capacity: 8, liveEdges: () => [...live] }, ({ slot }) => {
    complete.push(slot);
  });
  return { join, live, complete };
}

it('decides a sample once, whatever comes while it is being stored', () => {
  const { join, complete } = joining();
  join.offer('plaza', 5, report('north'), 0);
  expect(complete).toEqual([]);
  join.offer('plaza', 5, report('south'), 10);
  expect(complete).toEqual([5]);
  join.offer('plaza', 5, report('south'), 20);
  join.recheck('plaza');
  join.expire(1000);
  expect(complete).toEqual([5]);
  join.forget(join.get('plaza', 5)!);
  expect(join.size).toBe(0);
});

it('goes on at the deadline, not before, and as long after a question', () => {
  const { join, complete } = joining();
  join.offer('plaza', 5, report('north'), 0);
  join.expire(99);
  expect(complete).toEqual([]);
  join.expire(100);
  expect(complete).toEqual([5]);
  join.wait(join.get('plaza', 5)!, ['north'], 100);
  join.expire(199);
  expect(complete).toEqual([5]);
  // Left out, for the cloud has gone on without it.
  join.offer('plaza', 5, report('south', false), 150);
  expect([...join.get('plaza', 5)!.reports.keys()]).toEqual(['north']);
  join.expire(200);
  expect(complete).toEqual([5, 5]);
});

it('keeps sites and slots apart, and waits for nobody who is gone', () => {
  const { join, live, complete } = joining();
  join.offer('plaza', 5, report('north'), 0);
  join.offer('square', 5, report('south'), 0);
  join.offer('plaza', 6, report('south'), 0);
  expect([complete, join.size]).toEqual([[], 3]);
  live.delete('south');
  join.recheck('plaza');
  // Of slot 6 nothing has come from the edge that is left.
  expect(complete).toEqual([5]);
});

it('sends the oldest on where too many wait, and says so', () => {
  const left: [number, string][] = [];
  const join = new ReportCollector(
    { deadlineMs: 100, capacity: 2, liveEdges: () => ['north', 'south'] },
    ({ slot }, reason) => {
      left.push([slot, reason]);
    },
  );
  for (const slot of [1, 2, 3]) join.offer('plaza', slot, report('north'), 0);
  expect(left).toEqual([[1, 'crowded']]);
  expect(join.size).toBe(2);
  expect(join.get('plaza', 1)!.slot).toBe(1);
});
