import { describe, expect, it } from 'vitest';
import {
  checkHeader,
  FrameKind,
  type FrameKindName,
  frameEpoch,
  frameKind,
  HEADER_BYTES,
  writeHeader,
} from './frame.js';

const kinds = Object.keys(FrameKind) as FrameKindName[];

describe('the header', () => {
  it('has the version in the high nibble, the kind in the low one, then the epoch', () => {
    const bytes = new Uint8Array(HEADER_BYTES);
    writeHeader(bytes, 'traffic', 255);
    expect(Array.from(bytes)).toEqual([0x2a, 255]);
  });

  it.each(kinds)('names the kind of a %s frame', (kind) => {
    const bytes = new Uint8Array(HEADER_BYTES);
    writeHeader(bytes, kind, 3);
    expect(frameKind(bytes)).toBe(kind);
    expect(frameEpoch(bytes)).toBe(3);
  });

  it('gives every kind its own nibble', () => {
    expect(new Set(Object.values(FrameKind)).size).toBe(kinds.length);
    for (const kind of Object.values(FrameKind)) expect(kind > 0 && kind < 16).toBe(true);
  });

  it.each([-1, 256, 1.5, Number.NaN])('takes no epoch %d', (epoch) => {
    expect(() => writeHeader(new Uint8Array(2), 'clock', epoch)).toThrow(
      expect.objectContaining({ code: 'DDNN_FRAME_VALUE', offset: 1 }),
    );
  });

  it('is truncated below two bytes, whoever asks', () => {
    for (const bytes of [new Uint8Array(0), Uint8Array.of(0x21)]) {
      const truncated = expect.objectContaining({ code: 'DDNN_FRAME_TRUNCATED', offset: bytes.length });
      expect(() => frameKind(bytes)).toThrow(truncated);
      expect(() => frameEpoch(bytes)).toThrow(truncated);
      expect(() => checkHeader(bytes, 'summary')).toThrow(truncated);
    }
  });

  it('is checked for version, then kind, then epoch, and says both what it found and what belongs there', () => {
    expect(() => checkHeader(Uint8Array.of(0x32, 9), 'summary', 7)).toThrow(
      'version 3 frame, this is version 2 (byte 0)',
    );
    expect(() => checkHeader(Uint8Array.of(0x22, 9), 'summary', 7)).toThrow(
      'a featureRequest frame where a summary frame belongs (byte 0)',
    );
    expect(() => checkHeader(Uint8Array.of(0x2f, 9), 'summary', 7)).toThrow('unknown kind 15 (byte 0)');
    expect(() => checkHeader(Uint8Array.of(0x21, 9), 'summary', 7)).toThrow(
      'epoch 9, but epoch 7 is in service (byte 1)',
    );
    expect(() => checkHeader(Uint8Array.of(0x21, 7), 'summary', 7)).not.toThrow();
  });
});
