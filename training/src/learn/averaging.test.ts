import { expect, test } from 'vitest';
import { WeightAverage } from './averaging.js';

const parameter = (value: number) => ({ name: 'p', shape: [1], values: Float32Array.of(value), binary: false });

test('The average lies amid weights that jump, and follows where they go', () => {
  const p = parameter(5);
  const average = new WeightAverage([p], 0.98);
  for (let step = 0; step < 400; step++) {
    p.values[0] = step % 2 ? 0.5 : 1.5;
    average.step();
  }
  expect(average.state.weights[0][0]).toBeCloseTo(1, 1);
  expect(p.values[0]).not.toBe(average.state.weights[0][0]);
  for (let step = 0; step < 400; step++) {
    p.values[0] = -2;
    average.step();
  }
  expect(average.state.weights[0][0]).toBeCloseTo(-2, 2);
});

test('The initial weights don’t linger: after ten steps they weigh next to nothing', () => {
  const p = parameter(1000);
  const average = new WeightAverage([p], 0.999);
  for (let step = 0; step < 10; step++) {
    p.values[0] = 0;
    average.step();
  }
  expect(average.state.weights[0][0]).toBeLessThan(0.1);
});

test('An average goes on where another one stood', () => {
  const [p, q] = [parameter(1), parameter(1)];
  const whole = new WeightAverage([p], 0.9);
  const first = new WeightAverage([q], 0.9);
  for (const value of [3, 4])
    for (const [each, average] of [
      [p, whole],
      [q, first],
    ] as const) {
      each.values[0] = value;
      average.step();
    }
  const second = new WeightAverage([q], 0.9, structuredClone(first.state));
  for (const [each, average] of [
    [p, whole],
    [q, second],
  ] as const) {
    each.values[0] = -7;
    average.step();
  }
  expect(second.state).toEqual(whole.state);
});
