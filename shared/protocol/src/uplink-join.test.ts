import { describe, expect, it } from 'vitest';
import { encodeUplinkFeatures, type UplinkSample } from './uplink-features.js';
import { joinUplinkFeatures } from './uplink-join.js';

const EPOCH = 7;
const sizes = { views: 6, viewFeatureBytes: 128, edgeFeatureBytes: 64 };

/** A sample with as many present views as its slot tells. */
function sample(slot: number): UplinkSample {
  const states = Uint8Array.from({ length: 6 }, (_, view) => (view < slot % 7 ? 2 : 1));
  return { slot, states, content: 'views', body: new Uint8Array((slot % 7) * 128).fill(slot) };
}

const frame = (samples: readonly UplinkSample[], epoch = EPOCH) => encodeUplinkFeatures(epoch, samples, sizes);

describe('uplink features frames', () => {
  it('of one sample each join to the frame that carries all of them, whatever their order', () => {
    const samples = [3, 4, 9, 65_544].map(sample);
    const frames = [2, 0, 3, 1].map((i) => frame([samples[i]]));
    expect(joinUplinkFeatures(frames)).toEqual([frame(samples)]);
  });

  it('stay as they are alone', () => {
    const alone = frame([sample(5)]);
    expect(joinUplinkFeatures([alone])).toEqual([alone]);
    expect(joinUplinkFeatures([])).toEqual([]);
  });

  it('stay apart where epochs or contents differ, slots are the same, or lie too far apart', () => {
    const other = frame([sample(2)], EPOCH + 1);
    const far = frame([sample(65_539)]);
    const edge = frame([{ ...sample(2), content: 'edge', body: new Uint8Array(64) }]);
    expect(joinUplinkFeatures([other, edge, frame([sample(1)]), far, frame([sample(3)]), frame([sample(3)])])).toEqual([
      frame([sample(1), sample(3)]),
      frame([sample(3)]),
      far,
      edge,
      other,
    ]);
  });

  it('part where a frame would have more than 64 samples or 64 KiB', () => {
    const of = (slots: number[]) => joinUplinkFeatures(slots.map((slot) => frame([sample(slot)]))).length;
    const without = Array.from({ length: 65 }, (_, i) => i * 7);
    expect([of(without.slice(1)), of(without)]).toEqual([1, 2]);
    const pixels = { views: 1, viewFeatureBytes: 30_000, edgeFeatureBytes: 0 };
    const heavy = [1, 2, 3].map((slot) =>
      encodeUplinkFeatures(
        EPOCH,
        [{ slot, states: Uint8Array.of(2), content: 'views', body: new Uint8Array(30_000) }],
        pixels,
      ),
    );
    expect(joinUplinkFeatures(heavy).map(({ length }) => length)).toEqual([60_014, 30_010]);
  });
});
