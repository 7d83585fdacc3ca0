import { describe, expect, it } from 'vitest';
import { MAX_SLOT_GAP } from './limits.js';
import { type DeviceSample, DeviceSampleReader, decodeDeviceSamples, encodeDeviceSamples } from './sample-list.js';
import { MAX_SLOT, SLOT_MODULUS } from './slot.js';

const body = Uint8Array.of(1, 2, 3);
const value = (offset: number) => expect.objectContaining({ code: 'DDNN_FRAME_VALUE', offset });

const truncated = expect.objectContaining({ code: 'DDNN_FRAME_TRUNCATED' });

function absent(...slots: number[]): DeviceSample[] {
  return slots.map((slot) => ({ slot, body: null }));
}

function shortSlots(bytes: Uint8Array, maxSamples: number): number[] {
  const slots: number[] = [];
  decodeDeviceSamples(bytes, 'summary', 7, 3, maxSamples, (slot) => slots.push(slot));
  return slots;
}

describe('a list of device samples', () => {
  it('is refused without a sample', () => {
    expect(() => encodeDeviceSamples('summary', 7, [], 3)).toThrow(value(2));
  });

  it.each([0, MAX_SLOT_GAP + 1, -1, -SLOT_MODULUS])('is refused with neighbours %d slots apart', (gap) => {
    expect(() => encodeDeviceSamples('summary', 7, absent(100_000, 100_000 + gap), 3)).toThrow(value(4));
  });

  it.each([-1, 1.5, Number.NaN, MAX_SLOT + 1])('is refused with slot %d', (slot) => {
    expect(() => encodeDeviceSamples('summary', 7, absent(slot), 3)).toThrow(value(2));
  });

  it.each([0, 2, 4])('is refused with a body of %d bytes where 3 belong', (length) => {
    const samples = [{ slot: 1, body: new Uint8Array(length) }];
    expect(() => encodeDeviceSamples('summary', 7, samples, 3)).toThrow(value(4));
  });

  it('takes two bytes for the first slot and one for each further', () => {
    expect(encodeDeviceSamples('summary', 7, absent(5), 3)).toHaveLength(4);
    expect(encodeDeviceSamples('summary', 7, absent(5, 6, 134), 3)).toHaveLength(6);
    expect(encodeDeviceSamples('summary', 7, [{ slot: 5, body }, ...absent(6), { slot: 7, body }], 3)).toHaveLength(12);
  });

  it('counts on over the wrap-around of the short slot', () => {
    const slots = [SLOT_MODULUS - 2, SLOT_MODULUS - 1, SLOT_MODULUS, SLOT_MODULUS + 127];
    const bytes = encodeDeviceSamples('summary', 7, absent(...slots), 3);
    expect(shortSlots(bytes, 4)).toEqual([32_766, 32_767, 0, 127]);
  });

  it('keeps the largest slot apart from the mark of a body', () => {
    const bytes = encodeDeviceSamples('summary', 7, absent(MAX_SLOT), 3);
    expect(Array.from(bytes)).toEqual([0x21, 7, 0xff, 0x7f]);
    expect(shortSlots(bytes, 1)).toEqual([32_767]);
  });

  it('is refused beyond the bound of samples, at the byte of the first one too many', () => {
    const bytes = encodeDeviceSamples('summary', 7, absent(1, 2, 3), 3);
    expect(() => shortSlots(bytes, 2)).toThrow(expect.objectContaining({ code: 'DDNN_FRAME_OVERSIZED', offset: 5 }));
  });

  it('visits nothing of a frame whose last sample is damaged', () => {
    const bytes = encodeDeviceSamples('summary', 7, [...absent(1), { slot: 2, body }], 3);
    let visits = 0;
    const cut = bytes.subarray(0, bytes.length - 1);
    expect(() => decodeDeviceSamples(cut, 'summary', 7, 3, 8, () => visits++)).toThrow('a summary frame 1 bytes short');
    expect(visits).toBe(0);
  });
});

describe('a reader of device samples', () => {
  const samples = [{ slot: 32_767, body }, ...absent(32_768), { slot: 32_770, body: Uint8Array.of(4, 5, 6) }];
  const frame = encodeDeviceSamples('summary', 7, samples, 3);

  it('reads frames where they stand among other bytes, one after the other', () => {
    const reader = new DeviceSampleReader('summary', 3, 3);
    const bytes = Uint8Array.of(9, 9, 9, ...frame, 255, ...encodeDeviceSamples('summary', 7, absent(4), 3), 255);
    const read: unknown[] = [];
    for (const [offset, length] of [
      [3, frame.length],
      [4 + frame.length, 4],
    ]) {
      reader.open(bytes, offset, length, 7);
      while (reader.next()) {
        read.push([reader.slot, reader.hasBody ? [...bytes.subarray(reader.body, reader.body + 3)] : null]);
      }
      expect(reader.next()).toBe(false);
    }
    expect(read).toEqual([
      [32_767, [1, 2, 3]],
      [0, null],
      [2, [4, 5, 6]],
      [4, null],
    ]);
  });

  it('does not read beyond the length that it is given, whatever stands there', () => {
    const reader = new DeviceSampleReader('summary', 3, 3);
    const bytes = Uint8Array.of(9, ...frame, ...frame);
    for (let length = 0; length < frame.length; length++) {
      // Cut behind the first sample or behind the second it is a shorter list, and right.
      if (length === 7 || length === 8) reader.open(bytes, 1, length, 7);
      else expect(() => reader.open(bytes, 1, length, 7), `${length} bytes`).toThrow(truncated);
    }
  });

  it('knows the longest frame that it takes', () => {
    const reader = new DeviceSampleReader('summary', 3, 2);
    const full = encodeDeviceSamples(
      'summary',
      7,
      [
        { slot: 1, body },
        { slot: 2, body },
      ],
      3,
    );
    expect(full).toHaveLength(reader.maxBytes);
    expect(() => reader.open(full, 0, full.length, 7)).not.toThrow();
  });
});
