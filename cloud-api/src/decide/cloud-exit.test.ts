import { createFeatureCode, openBundle, type ResolvedArchitecture } from '@ddnn/model';
import { randomBundle } from '@ddnn/model/testing';
import { joinBodies, type UplinkSample } from '@ddnn/protocol';
import { describe, expect, it } from 'vitest';
import { CloudExit } from './cloud-exit.js';

const bare: ResolvedArchitecture = {
  name: 'bare',
  input: { height: 12, width: 12, channels: 3 },
  views: 3,
  classes: ['a', 'b', 'c', 'd'],
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'average' },
  cloud: { aggregator: 'concat', section: [{ convp: { filters: 5 } }] },
};
// Codes are drawn last, so the weights are the same.
const coded: ResolvedArchitecture = { ...bare, device: { ...bare.device, coding: 'arithmetic' } };
const bundle = openBundle(randomBundle(coded, 1));
const { featureBytes } = bundle.shapes.device;
/** Present, absent, present. */
const states = Uint8Array.of(2, 1, 2);

function features(seed: number): Uint8Array {
  return Uint8Array.from({ length: featureBytes }, (_, i) => (seed * (i + 3) * 2654435761) >>> 24);
}

describe('cloud exit', () => {
  it('answers coded features as it answers the same ones bare', () => {
    const [one, other] = [new CloudExit(openBundle(randomBundle(bare, 1))), new CloudExit(bundle)];
    const codes = [0, 2].map((view) => createFeatureCode(bundle, view));
    const answers = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      const maps = [features(seed), features(seed + 100)];
      const plain: UplinkSample = {
        slot: 1,
        states,
        content: 'views',
        body: Uint8Array.from(maps.flatMap((m) => [...m])),
      };
      const body = joinBodies(maps.map((map, i) => codes[i].encode(map).slice()));
      const answer = other.decide({ slot: 1, states, content: 'coded', body });
      expect(answer).toEqual(one.decide(plain));
      answers.add(answer.uncertainty);
    }
    expect(answers.size).toBeGreaterThan(20);
  });

  it('takes what its bundle sends, and nothing else', () => {
    const exit = new CloudExit(bundle);
    const sample = (content: UplinkSample['content']) => ({ slot: 1, states, content, body: new Uint8Array(0) });
    expect(exit.refusal(sample('coded'))).toBeUndefined();
    expect(exit.refusal(sample('views'))).toBe('content views, the bundle takes coded');
    expect(exit.refusal(sample('edge'))).toBe('content edge, the bundle takes coded');
  });
});
