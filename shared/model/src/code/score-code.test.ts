import { describe, expect, it } from 'vitest';
import { BareScores } from './bare.js';
import { ScoreCode, scoreShareCount } from './score-code.js';

const samples = Array.from({ length: 40 }, (_, i) => {
  const scores = Int8Array.from({ length: 5 }, (_, c) => -(((i + 1) * (c + 3) * 7) % 4));
  scores[i % 5] = 0;
  return scores;
});
const joined = Int8Array.from(samples.flatMap((scores) => [...scores]));

describe('score code', () => {
  it.each([20_000, 50_000, 32])('gives the scores of a batch back, at shares of %i', (share) => {
    const code = new ScoreCode(5, 3, new Uint16Array(scoreShareCount(5, 3)).fill(share));
    for (const count of [0, 1, 7, 40]) {
      code.begin();
      for (const scores of samples.slice(0, count)) code.add(scores);
      const body = code.finish().slice();
      expect(code.fits(body.length, count)).toBe(true);
      const out = new Int8Array(count * 5);
      code.decode(Uint8Array.of(0, ...body), 1, body.length, count, out);
      expect(out).toEqual(joined.subarray(0, count * 5));
    }
  });

  it('does not take more bytes than its samples can need', () => {
    const code = new ScoreCode(5, 3, new Uint16Array(scoreShareCount(5, 3)).fill(30_000));
    expect([code.fits(40, 1), code.fits(26, 1), code.fits(28, 1)]).toEqual([false, true, false]);
  });

  it('takes whole bytes as they are where scores are bare', () => {
    const bare = new BareScores(5);
    bare.begin();
    for (let i = 0; i < 40; i++) bare.add(joined, i * 5);
    const body = bare.finish();
    expect([bare.fits(body.length, 40), bare.fits(199, 40)]).toEqual([true, false]);
    const out = new Int8Array(200);
    bare.decode(body, 0, body.length, 40, out);
    expect(out).toEqual(joined);
  });
});
