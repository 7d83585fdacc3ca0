import { expect, it } from 'vitest';
import { cosine, sine } from './geometry.js';

it('computes sine and cosine to a millionth without asking the engine', () => {
  for (let angle = -20; angle < 20; angle += 0.013) {
    expect(Math.abs(sine(angle) - Math.sin(angle))).toBeLessThan(1e-6);
    expect(Math.abs(cosine(angle) - Math.cos(angle))).toBeLessThan(1e-6);
  }
});
