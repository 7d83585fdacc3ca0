import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { decodeStatus, encodeStatus, NO_VIEW, type Status } from './status.js';

const status: Status = {
  state: 'online',
  view: 5,
  views: 6,
  classes: 3,
  scoreBytes: 3,
  featureBytes: 128,
  slotMs: 100,
  bundle: new Uint8Array(32).fill(9),
  version: '0.1.0',
};
const value = (offset: number) => expect.objectContaining({ code: 'DDNN_FRAME_VALUE', offset });

describe('a status', () => {
  it.each(['offline', 'online', 'unfit'] as const)('comes back with state %s', (state) => {
    expect(decodeStatus(encodeStatus(7, { ...status, state })).state).toBe(state);
  });

  it.each(['', 'a'.repeat(255), '1.0.0-β', '\ufeff1.0'])('comes back with version "%s"', (version) => {
    expect(decodeStatus(encodeStatus(7, { ...status, version })).version).toBe(version);
  });

  it.each([
    ['a hash of 31 bytes', { bundle: new Uint8Array(31) }, 15],
    ['a version of 256 bytes', { version: 'a'.repeat(256) }, 47],
    ['view 32', { view: 32 }, 3],
    ['33 views', { views: 33 }, 4],
    ['256 score bytes', { scoreBytes: 256 }, 6],
    ['feature bytes beyond 32 bits', { featureBytes: 2 ** 32 }, 7],
    ['a slot of no whole milliseconds', { slotMs: 33.3 }, 11],
  ])('is refused with %s', (_, changes, offset) => {
    expect(() => encodeStatus(7, { ...status, ...changes })).toThrow(value(offset));
  });

  it('takes 32 views, the last of them too, and an edge that is none', () => {
    expect(decodeStatus(encodeStatus(7, { ...status, view: 31, views: 32 })).view).toBe(31);
    expect(decodeStatus(encodeStatus(7, { ...status, view: NO_VIEW })).view).toBe(NO_VIEW);
  });

  it('is refused with an unknown state, with views beyond 32 and with a version that is not UTF-8', () => {
    const bytes = encodeStatus(7, status);
    expect(() => decodeStatus(bytes.with(2, 3))).toThrow(value(2));
    expect(() => decodeStatus(bytes.with(3, 32))).toThrow(value(3));
    expect(() => decodeStatus(bytes.with(4, 33))).toThrow(value(4));
    expect(() => decodeStatus(bytes.with(48, 0xff))).toThrow(value(48));
  });

  it('keeps its hash when the buffer it came in is used again', () => {
    const packet = Buffer.from(encodeStatus(7, status));
    const { bundle } = decodeStatus(packet);
    packet.fill(0);
    expect(bundle).toEqual(status.bundle);
  });
});
