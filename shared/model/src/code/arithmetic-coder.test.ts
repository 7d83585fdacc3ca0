import { describe, expect, it } from 'vitest';
import { createRandom } from '../numbers/random.js';
import { ArithmeticDecoder, ArithmeticEncoder, CERTAIN, LEAST } from './arithmetic-coder.js';

describe('arithmetic coder', () => {
  it('gives back what it was told, whatever the probabilities and however wrong they are', () => {
    const [encoder, decoder] = [new ArithmeticEncoder(), new ArithmeticDecoder()];
    for (let seed = 0; seed < 300; seed++) {
      const random = createRandom(seed);
      const count = Math.floor(random() * 200);
      const sharp = random() < 0.5;
      const said = Array.from({ length: count }, () => {
        const share = sharp ? (random() < 0.5 ? LEAST : CERTAIN - LEAST) : 1 + Math.floor(random() * (CERTAIN - 2));
        return [random() < share / CERTAIN !== (seed % 3 === 0) ? 1 : 0, share] as const;
      });
      encoder.begin();
      for (const [bit, share] of said) encoder.write(bit, share);
      const message = Uint8Array.of(9, ...encoder.finish(), 77);
      decoder.begin(message, 1, message.length - 2);
      expect(said.map(([, share]) => decoder.read(share))).toEqual(said.map(([bit]) => bit));
    }
  });

  it('spends what the bits are worth, and no whole byte more', () => {
    const random = createRandom(1);
    const encoder = new ArithmeticEncoder();
    encoder.begin();
    let worth = 0;
    for (let i = 0; i < 20_000; i++) {
      const share = Math.round(CERTAIN * (0.02 + 0.3 * random()));
      const bit = random() < share / CERTAIN ? 1 : 0;
      worth -= Math.log2(bit ? share / CERTAIN : 1 - share / CERTAIN);
      encoder.write(bit, share);
    }
    const { length } = encoder.finish();
    expect(length).toBeLessThan(worth / 8 + 2);
    expect(length).toBeGreaterThan(worth / 8 - 2);
  });

  it('says nothing in no bytes, and what was likely in hardly any', () => {
    const encoder = new ArithmeticEncoder();
    encoder.begin();
    expect(encoder.finish()).toHaveLength(0);
    encoder.begin();
    for (let i = 0; i < 100; i++) encoder.write(1, CERTAIN - LEAST);
    expect(encoder.finish().length).toBeLessThanOrEqual(1);
  });
});
