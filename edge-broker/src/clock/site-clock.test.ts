import { describe, expect, it } from 'vitest';
import { ShiftedClocks } from '../../test/shifted-clocks.js';
import { SiteClock } from './site-clock.js';

const MINUTE = 60_000;

function started() {
  const clocks = new ShiftedClocks();
  const clock = new SiteClock({ stepMs: 500, confirmMs: 2 * MINUTE }, clocks);
  clock.start({ site: clocks.wall(), passed: 0 });
  /** Looks every second for so long, jumps when that is due, and returns what was not nothing. */
  const live = (ms: number) => {
    const seen: { stepped: number; due: number }[] = [];
    let last = clock.at();
    for (let t = 0; t < ms; t += 1000) {
      clocks.pass(1000);
      const change = clock.check();
      if (change.stepped !== 0 || change.due !== 0) seen.push(change);
      if (change.due > 0) clock.jump(change.due);
      expect(clock.at()).toBeGreaterThan(last);
      last = clock.at();
    }
    return seen;
  };
  return { clocks, clock, live };
}

describe('site time', () => {
  it('is the wall clock where nobody sets that', () => {
    const { clock, live } = started();
    expect(live(10 * MINUTE)).toEqual([]);
    expect(clock.offset).toBe(0);
  });

  it('goes on where the wall clock is set back, a little slower until they meet', () => {
    const { clocks, clock, live } = started();
    clocks.set(-10 * MINUTE);
    const before = clock.at();
    expect(live(1000)).toEqual([{ stepped: -10 * MINUTE, due: 0 }]);
    expect(clock.at() - before).toBe(1000);
    expect(live(1000 * 1000)).toEqual([]);
    expect(clock.offset).toBeCloseTo(10 * MINUTE - 500, 3);
  });

  it('follows the wall clock forward once that has stood, at one go', () => {
    const { clocks, clock, live } = started();
    clocks.set(48 * 60 * MINUTE);
    expect(live(2 * MINUTE)).toEqual([{ stepped: 48 * 60 * MINUTE, due: 0 }]);
    expect(clock.offset).toBe(-48 * 60 * MINUTE);
    expect(live(1000)).toEqual([{ stepped: 0, due: 48 * 60 * MINUTE }]);
    expect(clock.offset).toBe(0);
  });

  it('does not follow one that is set right again', () => {
    const { clocks, clock, live } = started();
    clocks.set(60 * MINUTE);
    live(75_000);
    clocks.set(-60 * MINUTE);
    expect(live(10 * MINUTE)).toEqual([{ stepped: -60 * MINUTE, due: 0 }]);
    expect(clock.offset).toBe(0);
  });

  it('counts anew where the wall clock is set again meanwhile', () => {
    const { clocks, clock, live } = started();
    clocks.set(60 * MINUTE);
    live(100_000);
    clocks.set(MINUTE);
    expect(live(100_000).map(({ due }) => due)).toEqual([0]);
    live(30_000);
    expect(clock.offset).toBe(0);
  });

  it('slews a small difference away, in either direction, and calls it no step', () => {
    for (const by of [-400, 400]) {
      const { clocks, clock, live } = started();
      clocks.set(by);
      expect(live(1000 * 100)).toEqual([]);
      // 500 ppm: 50 ms in 100 s, of which the first second saw nothing.
      expect(clock.offset).toBeCloseTo(-by + Math.sign(by) * 49.5, 3);
      live(1000 * 1000);
      expect(Math.abs(clock.offset)).toBeLessThan(1);
    }
  });

  it('passes as time does, whatever the wall clock says', () => {
    const { clocks, clock, live } = started();
    for (const by of [60 * MINUTE, -90 * MINUTE, 48 * 60 * MINUTE]) {
      clocks.set(by);
      live(3 * MINUTE);
    }
    expect(clock.passed()).toBe(9 * MINUTE);
  });

  it('compares no clocks between which the process stood still', () => {
    const clocks = new ShiftedClocks();
    let held = 0;
    const wall = () => {
      const read = clocks.wall();
      clocks.pass(held);
      return read;
    };
    const clock = new SiteClock({ stepMs: 500, confirmMs: 0 }, { wall, monotonic: clocks.monotonic });
    clock.start({ site: clocks.wall(), passed: 0 });
    held = 5000;
    expect(clock.check()).toEqual({ stepped: 0, due: 0 });
    held = 0;
    expect(clock.check()).toEqual({ stepped: 0, due: 0 });
    expect(clock.offset).toBe(0);
  });
});
