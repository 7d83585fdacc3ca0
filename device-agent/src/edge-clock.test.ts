import { expect, it } from 'vitest';
import { EdgeClock } from './edge-clock.js';

it('is unset until an exchange, and then the edge’s time at the middle of the trip', () => {
  const clock = new EdgeClock();
  expect([clock.set, clock.at(100)]).toEqual([false, 100]);
  clock.take({ asked: 100, answered: 120, edge: 5000 });
  expect([clock.set, clock.at(110), clock.at(210)]).toEqual([true, 5000, 5100]);
});

it('believes the shortest trip of the last eight, whenever it came', () => {
  const clock = new EdgeClock();
  clock.take({ asked: 0, answered: 100, edge: 1090 });
  clock.take({ asked: 200, answered: 202, edge: 1201 });
  clock.take({ asked: 300, answered: 380, edge: 1310 });
  expect(clock.at(500)).toBe(1500);
  // The device's own clock drifts, so even the best exchange is forgotten in the end.
  for (let n = 0; n < 7; n++) clock.take({ asked: 1000, answered: 1010, edge: 2105 });
  expect(clock.at(1500)).toBe(2600);
});

it('forgets at the first exchange what contradicts it, however short its trip was, and says by how much', () => {
  for (const step of [-600_000, 3_600_000, 60]) {
    const clock = new EdgeClock();
    for (let n = 0; n < 8; n++) {
      expect(clock.take({ asked: n * 100, answered: n * 100 + 2, edge: 5001 + n * 100 })).toBe(0);
    }
    expect(clock.take({ asked: 30_000, answered: 30_030, edge: 35_015 + step })).toBe(step);
    expect(clock.at(31_000)).toBe(36_000 + step);
    expect(clock.take({ asked: 30_100, answered: 30_102, edge: 35_101 + step })).toBe(0);
  }
});

it('calls no step what drift, slewing and long trips explain', () => {
  const clock = new EdgeClock();
  let edge = 10_000;
  for (let n = 0; n < 200; n++, edge += 30_000 * 1.0006) {
    for (const trip of [1, 80, 7, 300]) {
      // All of the trip in one direction: as wrong as an exchange can be.
      const late = n % 2 === 0 ? 0 : trip;
      expect(clock.take({ asked: n * 30_000, answered: n * 30_000 + trip, edge: edge + late })).toBe(0);
      expect(Math.abs(clock.at(n * 30_000) - edge)).toBeLessThan(60);
    }
  }
});

it('is not believed while in doubt, and knows then still what it was', () => {
  const clock = new EdgeClock();
  clock.take({ asked: 0, answered: 2, edge: 5001 });
  clock.doubt();
  expect(clock.set).toBe(false);
  expect(clock.take({ asked: 100, answered: 102, edge: 1101 })).toBe(-4000);
  expect(clock.set).toBe(true);
});
