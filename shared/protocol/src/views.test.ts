import { describe, expect, it } from 'vitest';
import { MAX_VIEWS } from './limits.js';
import { packViewStates, presenceMask, unpackViewStates, ViewState, viewStateNames, viewStatesBytes } from './views.js';

describe('view states', () => {
  it.each([
    [1, 1],
    [3, 1],
    [4, 1],
    [5, 2],
    [31, 8],
    [32, 8],
  ])('of %d views take %d bytes, come back whole and leave the padding zero', (views, size) => {
    expect(viewStatesBytes(views)).toBe(size);
    const states = Uint8Array.from({ length: views }, (_, view) => 3 - (view % 4));
    const packed = packViewStates(states);
    expect(packed).toHaveLength(size);
    expect(unpackViewStates(packed, views, 0)).toEqual(states);
    const full = packViewStates(new Uint8Array(views).fill(3));
    expect(full.at(-1)).toBe(views % 4 === 0 ? 0xff : 4 ** (views % 4) - 1);
  });

  it.each([1, 3, 5, 31])('of %d views are refused with any bit set in the padding', (views) => {
    const size = viewStatesBytes(views);
    for (let bit = (views % 4) * 2; bit < 8; bit++) {
      const packed = packViewStates(new Uint8Array(views));
      packed[size - 1] |= 1 << bit;
      expect(() => unpackViewStates(packed, views, 10)).toThrow(
        expect.objectContaining({ code: 'DDNN_FRAME_VALUE', offset: 10 + size - 1 }),
      );
    }
  });

  it('have view 0 in the lowest bits', () => {
    const { lost, absent, present, late } = ViewState;
    expect(Array.from(packViewStates(Uint8Array.of(present, absent, lost, late, absent)))).toEqual([0xc6, 0x01]);
  });

  it('are refused above 3', () => {
    expect(() => packViewStates(Uint8Array.of(0, 4))).toThrow('view 1 has unknown state 4');
  });

  it('have their names by value', () => {
    for (const [name, value] of Object.entries(ViewState)) expect(viewStateNames[value]).toBe(name);
  });
});

describe('the presence mask', () => {
  it('has a bit for every present view and for no other', () => {
    expect(presenceMask(Uint8Array.of(2, 1, 0, 3, 2, 2))).toBe(0b110001);
    expect(presenceMask(new Uint8Array(MAX_VIEWS).fill(ViewState.absent))).toBe(0);
  });

  it('keeps view 31 apart, as a 32-bit integer', () => {
    const states = new Uint8Array(MAX_VIEWS);
    states[31] = ViewState.present;
    expect(presenceMask(states)).toBe(1 << 31);
    expect(presenceMask(new Uint8Array(MAX_VIEWS).fill(ViewState.present))).toBe(-1);
  });
});
