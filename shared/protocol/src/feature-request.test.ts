import { describe, expect, it } from 'vitest';
import { decodeFeatureRequest, encodeFeatureRequest } from './feature-request.js';

describe('a feature request', () => {
  it('needs a slot', () => {
    expect(() => encodeFeatureRequest(7, [])).toThrow(expect.objectContaining({ code: 'DDNN_FRAME_VALUE' }));
  });

  it.each([
    ['first', [0x22, 7, 0x39, 0xb0, 0x00], 3],
    ['second', [0x22, 7, 0x39, 0x30, 0x80], 4],
  ])('is refused, before anything is visited, where its %s slot is marked to have a body', (_, bytes, offset) => {
    const visited: number[] = [];
    expect(() => decodeFeatureRequest(Uint8Array.from(bytes), 7, 8, (slot) => visited.push(slot))).toThrow(
      expect.objectContaining({ code: 'DDNN_FRAME_VALUE', offset }),
    );
    expect(visited).toEqual([]);
  });
});
