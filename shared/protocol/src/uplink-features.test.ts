import { describe, expect, it } from 'vitest';
import { decodeUplinkFeatures, encodeUplinkFeatures, type UplinkSample, uplinkBodyBytes } from './uplink-features.js';

const sizes = { views: 6, viewFeatureBytes: 128, edgeFeatureBytes: 64 };
const states = Uint8Array.of(2, 1, 0, 3, 2, 2);
const views: UplinkSample = { slot: 12, states, content: 'views', body: new Uint8Array(384) };
const none = new Uint8Array(0);
const value = (offset: number) => expect.objectContaining({ code: 'DDNN_FRAME_VALUE', offset });

describe('uplink features', () => {
  it('have one body for each present view, else the size of the content', () => {
    expect(uplinkBodyBytes(sizes, 'views', states, none, 0)).toBe(3 * 128);
    expect(uplinkBodyBytes(sizes, 'edge', states, none, 0)).toBe(64);
    expect(uplinkBodyBytes(sizes, 'answer', states, none, 0)).toBe(6);
  });

  it('need a sample', () => {
    expect(() => encodeUplinkFeatures(7, [], sizes)).toThrow(value(2));
  });

  it('are refused with a body of another size', () => {
    const short = { ...views, body: new Uint8Array(383) };
    expect(() => encodeUplinkFeatures(7, [short], sizes)).toThrow('a body of 383 bytes where 384 belong (byte 11)');
  });

  it.each([0, 5, 7, 100])('are refused with %d view states where 6 belong', (count) => {
    const other = { ...views, states: new Uint8Array(count), body: new Uint8Array(0) };
    expect(() => encodeUplinkFeatures(7, [other], sizes)).toThrow(`${count} view states where 6 belong (byte 2)`);
  });

  it('are refused with unknown content and with bits set beyond the last view', () => {
    const bytes = encodeUplinkFeatures(7, [views], sizes);
    expect(() => decodeUplinkFeatures(bytes.with(8, 4), 7, sizes, 1)).toThrow(value(8));
    expect(() => decodeUplinkFeatures(bytes.with(10, 0x1a), 7, sizes, 1)).toThrow(value(10));
  });

  it('are refused with an answer that has no meaning', () => {
    const bytes = encodeUplinkFeatures(7, [{ ...views, content: 'answer', body: new Uint8Array(6) }], sizes);
    expect(decodeUplinkFeatures(bytes, 7, sizes, 1)[0].content).toBe('answer');
    expect(() => decodeUplinkFeatures(bytes.with(11, 2), 7, sizes, 1)).toThrow(value(11));
    expect(() => decodeUplinkFeatures(bytes.with(16, 0xff), 7, sizes, 1)).toThrow(value(13));
  });

  it('have a bound of samples', () => {
    const bytes = encodeUplinkFeatures(7, [views, { ...views, slot: 13 }], sizes);
    expect(() => decodeUplinkFeatures(bytes, 7, sizes, 1)).toThrow(
      expect.objectContaining({ code: 'DDNN_FRAME_OVERSIZED', offset: 395 }),
    );
  });

  it('are read as views into the frame', () => {
    const bytes = encodeUplinkFeatures(7, [views], sizes);
    bytes[11] = 0x5a;
    expect(decodeUplinkFeatures(bytes, 7, sizes, 1)[0].body[0]).toBe(0x5a);
  });
});
