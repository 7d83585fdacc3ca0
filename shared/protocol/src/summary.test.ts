import { describe, expect, it } from 'vitest';
import { decodeSummary, encodeSummary } from './summary.js';

describe('a summary', () => {
  it('tells a present view of no scores from an absent one', () => {
    const samples = [
      { slot: 1, body: new Uint8Array(0) },
      { slot: 2, body: null },
    ];
    const bodies: boolean[] = [];
    decodeSummary(encodeSummary(7, samples, 0), 7, 0, 2, (_, hasBody) => bodies.push(hasBody));
    expect(bodies).toEqual([true, false]);
  });

  it('is refused with scores of another number of classes', () => {
    expect(() => encodeSummary(7, [{ slot: 1, body: new Uint8Array(4) }], 3)).toThrow(
      'a body of 4 bytes where 3 belong (byte 4)',
    );
  });

  it('is truncated where the receiver expects more classes', () => {
    const bytes = encodeSummary(7, [{ slot: 1, body: new Uint8Array(3) }], 3);
    expect(() => decodeSummary(bytes, 7, 4, 1, () => {})).toThrow('a summary frame 1 bytes short (byte 7)');
  });
});
