import { describe, expect, it } from 'vitest';
import { decodeAcknowledgement, encodeAcknowledgement } from './acknowledgement.js';
import { MAX_UPLINK_GAP } from './limits.js';
import { MAX_SLOT } from './slot.js';

const value = (offset: number) => expect.objectContaining({ code: 'DDNN_FRAME_VALUE', offset });

function frame(...slots: number[]): Uint8Array {
  return encodeAcknowledgement(7, { of: 'record', result: 'stored', slots });
}

describe('slots on the uplink', () => {
  it('come back whole, up to 48 bits and the largest gap', () => {
    for (const slots of [[0], [0, 1, 1 + MAX_UPLINK_GAP], [2 ** 32 - 1, 2 ** 32], [MAX_SLOT - 1, MAX_SLOT]]) {
      expect(decodeAcknowledgement(frame(...slots), 3).slots).toEqual(slots);
    }
  });

  it.each([-1, 1.5, Number.NaN, MAX_SLOT + 1])('are refused where the first is %d', (slot) => {
    expect(() => frame(slot)).toThrow(value(4));
  });

  it.each([100, 99, 100 + MAX_UPLINK_GAP + 1, 100.5, Number.NaN])('are refused where %d follows 100', (slot) => {
    expect(() => frame(100, slot)).toThrow(value(10));
  });

  it('are refused where one passes 48 bits, for nobody could acknowledge it', () => {
    expect(() => frame(MAX_SLOT, MAX_SLOT + 1)).toThrow(value(10));
    const bytes = frame(MAX_SLOT - 1, MAX_SLOT).with(10, 2);
    expect(() => decodeAcknowledgement(bytes, 2)).toThrow(value(10));
  });
});
