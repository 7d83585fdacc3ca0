import { describe, expect, it } from 'vitest';
import { volume } from '../architecture/shapes.js';
import { bitBytes, packSigns } from '../numbers/bits.js';
import { FeatureCode } from './feature-code.js';
import { shareOf } from './log-odds.js';
import { MapContext } from './map-context.js';

const shapes = [
  { height: 16, width: 16, channels: 4 },
  { height: 7, width: 5, channels: 9 },
  { height: 1, width: 1, channels: 33 },
  { height: 1, width: 9, channels: 1 },
];

function weights(shape: (typeof shapes)[0], value: (i: number) => number) {
  const { weights: count } = new MapContext(shape);
  return {
    bias: Int16Array.from({ length: volume(shape) }, (_, i) => value(i)),
    neighbours: Int16Array.from({ length: count }, (_, i) => value(i + 7)),
  };
}

describe('feature code', () => {
  it.each(shapes)('gives every map back, likely or not: $height x $width x $channels', (shape) => {
    const bytes = bitBytes(volume(shape));
    const code = new FeatureCode(
      shape,
      weights(shape, (i) => ((i * 7919) % 2000) - 1000),
    );
    for (let n = 0; n < 50; n++) {
      const signs = Int8Array.from({ length: volume(shape) }, (_, i) => (Math.sin(i * n + n) > n / 25 - 1 ? 1 : -1));
      const features = packSigns(signs);
      const body = code.encode(features).slice();
      expect(body.length).toBeLessThanOrEqual(bytes);
      const out = new Uint8Array(bytes).fill(0xff);
      code.decode(Uint8Array.of(1, 2, ...body), 2, body.length, out);
      expect(out).toEqual(features);
    }
  });

  it('makes a smooth map short where neighbours were learnt to be alike', () => {
    const [shape] = shapes;
    const { neighbours } = weights(shape, () => 300);
    const code = new FeatureCode(shape, { bias: new Int16Array(1024), neighbours });
    const half = packSigns(Int8Array.from({ length: volume(shape) }, (_, i) => (i < 512 ? 1 : -1)));
    expect(code.encode(half).length).toBeLessThan(20);
  });

  it('leaves a map as it is that would not get shorter', () => {
    const [shape] = shapes;
    const { neighbours } = weights(shape, () => 0);
    const code = new FeatureCode(shape, { bias: new Int16Array(1024).fill(3000), neighbours });
    const features = new Uint8Array(128);
    expect(code.encode(features)).toBe(features);
  });

  it('decodes any bytes to some map', () => {
    const [shape] = shapes;
    const code = new FeatureCode(
      shape,
      weights(shape, () => 100),
    );
    const out = new Uint8Array(128);
    for (const body of [[], [0], [255, 255, 255], Array.from({ length: 127 }, (_, i) => (i * 37) & 255)])
      code.decode(Uint8Array.from(body), 0, body.length, out);
  });

  it('knows only what was coded before: a neighbour outside of the map says nothing', () => {
    const context = new MapContext({ height: 2, width: 2, channels: 2 });
    const ones = new Int16Array(context.weights).fill(1);
    const sums: number[] = [];
    context.walk((i, at, channel) => {
      expect(i).toBe(sums.length);
      sums.push(context.sum(ones, at, channel));
      return 1;
    });
    // Channel before, left, above, above left or right.
    expect(sums).toEqual([0, 1, 1, 2, 2, 3, 3, 4]);
  });

  it('takes probabilities from log-odds, never 0 or 1', () => {
    expect(shareOf(0)).toBe(32_768);
    expect(shareOf(256)).toBe(47_911);
    expect([shareOf(-1e6), shareOf(1e6)]).toEqual([32, 65_504]);
  });
});
