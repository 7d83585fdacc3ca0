import { describe, expect, it } from 'vitest';
import { decodeUplinkRequest, encodeUplinkRequest } from './uplink-request.js';

const value = (offset: number) => expect.objectContaining({ code: 'DDNN_FRAME_VALUE', offset });

describe('an uplink request', () => {
  it('needs a slot, and slots that ascend', () => {
    expect(() => encodeUplinkRequest(7, [])).toThrow(value(2));
    expect(() => encodeUplinkRequest(7, [5, 5])).toThrow(value(8));
  });

  it('is refused with a slot twice', () => {
    const bytes = encodeUplinkRequest(7, [1, 2]);
    expect(() => decodeUplinkRequest(bytes.with(8, 0), 7, 2)).toThrow(value(8));
  });

  it('has a bound of samples', () => {
    expect(() => decodeUplinkRequest(encodeUplinkRequest(7, [1, 2, 3]), 7, 2)).toThrow(
      expect.objectContaining({ code: 'DDNN_FRAME_OVERSIZED', offset: 10 }),
    );
  });
});
