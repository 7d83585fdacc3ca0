import { describe, expect, it } from 'vitest';
import { decodeTraffic, encodeTraffic, type LinkBytes, type Traffic } from './traffic.js';

const link: LinkBytes = { payloadUp: 2 ** 48 - 1, wireUp: 2 ** 32, wireDown: 2 ** 32 - 1, session: 0 };

function report(devices: number): Traffic {
  return { samples: 1, uplink: link, devices: Array.from({ length: devices }, (_, view) => ({ view, ...link })) };
}

describe('a traffic report', () => {
  it.each([0, 1, 32, 255])('comes back with %d devices, its counters exact to 48 bits', (devices) => {
    const bytes = encodeTraffic(7, report(devices));
    expect(bytes).toHaveLength(33 + 25 * devices);
    expect(decodeTraffic(bytes)).toEqual(report(devices));
  });

  it('is refused with more than 255 devices, and with a counter that does not fit', () => {
    const value = expect.objectContaining({ code: 'DDNN_FRAME_VALUE' });
    expect(() => encodeTraffic(7, report(256))).toThrow(value);
    for (const wireUp of [2 ** 48, -1, 0.5, Number.NaN]) {
      expect(() => encodeTraffic(7, { ...report(0), uplink: { ...link, wireUp } })).toThrow(value);
    }
  });
});
