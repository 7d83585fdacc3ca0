import { describe, expect, it } from 'vitest';
import { decodeEdgeAnswer, EDGE_ANSWER_BYTES, type EdgeAnswer, encodeEdgeAnswer } from './edge-answer.js';

const answer: EdgeAnswer = { exit: 'edge', classIndex: 2, uncertainty: 0.25 };
const value = (offset: number) => expect.objectContaining({ code: 'DDNN_FRAME_VALUE', offset });

describe('the answer of one edge among several', () => {
  it.each(['local', 'edge', 'fallback'] as const)('is read back: %s', (exit) => {
    expect(decodeEdgeAnswer(encodeEdgeAnswer({ ...answer, exit }))).toEqual({ ...answer, exit });
  });

  it('keeps entropies apart that a 255th would not', () => {
    const [a, b] = [0.001, 0.0011].map(
      (uncertainty) => decodeEdgeAnswer(encodeEdgeAnswer({ ...answer, uncertainty })).uncertainty,
    );
    expect(a).toBe(Math.fround(0.001));
    expect(a).toBeLessThan(b);
  });

  it('is refused a byte short, a byte long, and empty', () => {
    const bytes = encodeEdgeAnswer(answer);
    for (let length = 0; length < bytes.length; length++) {
      const truncated = { code: 'DDNN_FRAME_TRUNCATED', offset: 11 + length };
      expect(() => decodeEdgeAnswer(bytes.subarray(0, length), 11)).toThrow(expect.objectContaining(truncated));
    }
    const long = expect.objectContaining({ code: 'DDNN_FRAME_OVERSIZED' });
    expect(() => decodeEdgeAnswer(Uint8Array.of(...bytes, 0))).toThrow(long);
  });

  it('is refused with the exit of the cloud, an unknown one, and an uncertainty that is none', () => {
    const bytes = encodeEdgeAnswer(answer);
    expect(bytes).toHaveLength(EDGE_ANSWER_BYTES);
    for (const exit of [2, 4, 255]) expect(() => decodeEdgeAnswer(bytes.with(0, exit), 11)).toThrow(value(11));
    for (const uncertainty of [Number.NaN, -0.5, 1.5, Number.POSITIVE_INFINITY]) {
      expect(() => decodeEdgeAnswer(encodeEdgeAnswer({ ...answer, uncertainty }), 11)).toThrow(value(13));
    }
  });
});
