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
