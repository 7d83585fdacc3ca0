import { expect, test } from 'vitest';
import { Adam, cosineDecay } from './adam.js';

const parameter = (values: number[], binary: boolean) => ({
  name: 'p',
  shape: [values.length],
  values: Float32Array.from(values),
  binary,
});

test('The first step goes against the gradient by the learning rate, whatever its size', () => {
  const p = parameter([0, 0, 0], false);
  new Adam([p]).step([[1e-3, -50, 0]], 0.1);
  expect([...p.values].map((value) => Number(value.toFixed(4)))).toEqual([-0.1, 0.1, 0]);
});

test('Steps find the bottom of a bowl', () => {
  const p = parameter([4, -3], false);
  const adam = new Adam([p]);
  for (let i = 0; i < 400; i++) adam.step([[2 * (p.values[0] - 1), 20 * (p.values[1] - 2)]], 0.1);
  expect(p.values[0]).toBeCloseTo(1, 1);
  expect(p.values[1]).toBeCloseTo(2, 1);
});

test('Binary weights stay in [-1, 1], real ones do not', () => {
  const [binary, real] = [parameter([0.95], true), parameter([0.95], false)];
  const adam = new Adam([binary, real]);
  for (let i = 0; i < 3; i++) adam.step([[-1], [-1]], 0.1);
  expect(binary.values[0]).toBe(1);
  expect(real.values[0]).toBeGreaterThan(1.2);
});

test('The learning rate falls from its start to nothing', () => {
  expect(cosineDecay(0.2, 0)).toBe(0.2);
  expect(cosineDecay(0.2, 0.5)).toBeCloseTo(0.1);
  expect(cosineDecay(0.2, 1)).toBeCloseTo(0);
});
