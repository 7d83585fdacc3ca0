import { expect, it } from 'vitest';
import { figureLines } from './figure-lines.js';

it('rounds figures, and leaves counts and texts as they are', () => {
  const lines = figureLines({ rows: 240, accuracy: 0.6388888888888888, backend: 'wasm' });
  expect(lines.map((line) => line.trim().split(/ +/))).toEqual([
    ['rows', '240'],
    ['accuracy', '0.6389'],
    ['backend', 'wasm'],
  ]);
});
