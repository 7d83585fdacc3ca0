import { DeviceTier } from '@ddnn/model';
import { decodeFeatures, decodeSummary, encodeFeatureRequest, encodeSummary } from '@ddnn/protocol';
import { describe, expect, it } from 'vitest';
import { bundle, EPOCH } from '../../test/rig.js';
import { AgentCore } from './agent-core.js';

const pixels = Uint8Array.from({ length: 192 }, (_, i) => (i * 37) & 255);
const { featureBytes } = bundle.shapes.device;

function core(cacheSamples = 8) {
  const made = new AgentCore(bundle, 1, cacheSamples);
  made.epoch = EPOCH;
  return made;
}

function readFeatures(frame: Uint8Array) {
  const found: [number, Uint8Array | null][] = [];
  decodeFeatures(frame, EPOCH, featureBytes, 100, (slot, has, at) => {
    found.push([slot, has ? frame.slice(at, at + featureBytes) : null]);
  });
  return found;
}

describe('agent core', () => {
  it('says with the section’s scores what it sees, and with a header alone that it sees nothing', () => {
    const tier = new DeviceTier(bundle, 1);
    tier.run(pixels);
    const agent = core();
    const [frame] = agent.capture(40_000, pixels);
    let seen = 0;
    decodeSummary(frame, EPOCH, 3, 1, (short, present, at) => {
      seen++;
      expect([short, present]).toEqual([40_000 % 32_768, true]);
      expect(new Int8Array(frame.slice(at, at + 3).buffer)).toEqual(tier.scores);
    });
    expect(seen).toBe(1);
    expect(agent.capture(40_001, null)[0]).toHaveLength(4);
  });

  it('answers requests from its cache, and says what is no longer there', () => {
    const agent = core(2);
    const tier = new DeviceTier(bundle, 1);
    for (const slot of [32_766, 32_767, 32_768]) agent.capture(slot, pixels);
    tier.run(pixels);
    expect(readFeatures(agent.answer(encodeFeatureRequest(EPOCH, [32_766, 32_767, 32_768])))).toEqual([
      [32_766, null],
      [32_767, tier.features],
      [0, tier.features],
    ]);
    expect(agent.counts).toEqual({ served: 2, missed: 1 });
  });

  it('has no features of a sample in which it saw nothing', () => {
    const agent = core();
    agent.capture(7, null);
    expect(readFeatures(agent.answer(encodeFeatureRequest(EPOCH, [7])))).toEqual([[7, null]]);
  });

  it('refuses requests of another epoch, damaged ones and pictures of another size', () => {
    const agent = core();
    expect(() => agent.answer(encodeFeatureRequest(EPOCH + 1, [1]))).toThrow(
      expect.objectContaining({ code: 'DDNN_FRAME_EPOCH' }),
    );
    expect(() => agent.answer(encodeFeatureRequest(EPOCH, [1]).subarray(0, 3))).toThrow(
      expect.objectContaining({ code: 'DDNN_FRAME_TRUNCATED' }),
    );
    expect(() => agent.capture(1, pixels.subarray(1))).toThrow('191 bytes');
    expect(agent.counts).toEqual({ served: 0, missed: 0 });
  });

  it('forgets what waits with an epoch, so that no frame mixes two', () => {
    const agent = new AgentCore(bundle, 1, 8, 4);
    agent.epoch = EPOCH;
    agent.capture(0, pixels);
    agent.epoch = EPOCH;
    expect(agent.waiting).toBe(1);
    agent.epoch = EPOCH + 1;
    expect(agent.waiting).toBe(0);
    agent.capture(1, null);
    expect(agent.flush()).toEqual([encodeSummary(EPOCH + 1, [{ slot: 1, body: null }], 3)]);
  });

  it('answers for a sample whose summary still waits', () => {
    const agent = new AgentCore(bundle, 1, 8, 4);
    agent.epoch = EPOCH;
    expect(agent.capture(0, pixels)).toEqual([]);
    expect(readFeatures(agent.answer(encodeFeatureRequest(EPOCH, [0])))[0][1]).not.toBeNull();
  });
});
