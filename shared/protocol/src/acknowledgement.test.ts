import { describe, expect, it } from 'vitest';
import { type Acknowledgement, decodeAcknowledgement, encodeAcknowledgement } from './acknowledgement.js';

const stored: Acknowledgement = { of: 'record', result: 'stored', slots: [1, 2, 3] };
const value = (offset: number) => expect.objectContaining({ code: 'DDNN_FRAME_VALUE', offset });

describe('an acknowledgement', () => {
  it('needs a slot', () => {
    expect(() => encodeAcknowledgement(7, { ...stored, slots: [] })).toThrow(value(2));
  });

  it('is refused for a kind that is never acknowledged, for an unknown result and for a slot twice', () => {
    const bytes = encodeAcknowledgement(7, stored);
    const damaged = (at: number, byte: number) => () => decodeAcknowledgement(bytes.with(at, byte), 3);
    expect(damaged(2, 4)).toThrow(value(2));
    expect(damaged(3, 3)).toThrow(value(3));
    expect(damaged(10, 0)).toThrow(value(10));
  });

  it('has a bound of samples', () => {
    expect(() => decodeAcknowledgement(encodeAcknowledgement(7, stored), 2)).toThrow(
      expect.objectContaining({ code: 'DDNN_FRAME_OVERSIZED', offset: 12 }),
    );
  });
});
