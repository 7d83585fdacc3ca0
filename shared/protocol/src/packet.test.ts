import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeAcknowledgement } from './acknowledgement.js';
import { encodeClock } from './clock.js';
import { encodeFeatureRequest } from './feature-request.js';
import { encodeFeatures } from './features.js';
import { PUBACK_BYTES, publishBytes } from './packet.js';
import { encodeStatus } from './status.js';
import { encodeSummary } from './summary.js';
import { type TopicName, topic, topics } from './topics.js';
import { encodeTraffic } from './traffic.js';
import { encodeUplinkFeatures } from './uplink-features.js';
import { encodeVerdicts } from './verdict.js';

describe('the size of a PUBLISH packet', () => {
  // A topic of 4 bytes: QoS 0 puts 6 bytes before the payload, QoS 1 two more for the packet identifier.
  it.each([
    ['QoS 0, remaining length 127', 0, 121, 1 + 1 + 127],
    ['QoS 0, remaining length 128', 0, 122, 1 + 2 + 128],
    ['QoS 1, remaining length 127', 1, 119, 1 + 1 + 127],
    ['QoS 1, remaining length 128', 1, 120, 1 + 2 + 128],
    ['QoS 0, remaining length 16,383', 0, 16_377, 1 + 2 + 16_383],
    ['QoS 0, remaining length 16,384', 0, 16_378, 1 + 3 + 16_384],
    ['QoS 0, remaining length 2,097,151', 0, 2_097_145, 1 + 3 + 2_097_151],
    ['QoS 0, remaining length 2,097,152', 0, 2_097_146, 1 + 4 + 2_097_152],
    ['an empty payload', 0, 0, 8],
  ])('is right for %s', (_, qos, payload, size) => {
    expect(publishBytes(4, payload, qos)).toBe(size);
  });

  it('is that of a packet written out', () => {
    // PUBLISH, remaining length 9, topic length 3, "s/0", payload: the summary of an absent view.
    const packet = [0x30, 0x09, 0x00, 0x03, 0x73, 0x2f, 0x30, 0x21, 0x07, 0x39, 0x30];
    expect(publishBytes(3, 4, 0)).toBe(packet.length);
    // QoS 1 with packet identifier 1, then its PUBACK.
    const certain = [0x32, 0x0b, 0x00, 0x03, 0x66, 0x2f, 0x30, 0x00, 0x01, 0x23, 0x07, 0x39, 0x30];
    expect(publishBytes(3, 4, 1)).toBe(certain.length);
    expect(PUBACK_BYTES).toBe([0x40, 0x02, 0x00, 0x01].length);
  });
});

describe('the sizes in docs/protocol.md', () => {
  const page = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
  const names = { site: 'street', edge: '0', device: '0' };
  const states = new Uint8Array(6).fill(2);
  const link = { payloadUp: 0, wireUp: 0, wireDown: 0, session: 0 };
  const devices = Array.from({ length: 6 }, (_, view) => ({ view, ...link }));
  const slots = Array.from({ length: 32 }, (_, i) => i);
  const verdicts = slots.map((slot) => ({
    ...{ slot, classIndex: 0, uncertainty: 0, states },
    ...{ exit: 'local' as const, reason: 'none' as const },
  }));
  const sample = { slot: 0, states, content: 'views' as const, body: new Uint8Array(6 * 128) };
  const sizes = { views: 6, viewFeatureBytes: 128, edgeFeatureBytes: 0 };
  const status = {
    ...{ state: 'online' as const, view: 0, views: 6, classes: 3, scoreBytes: 3, featureBytes: 128, slotMs: 100 },
    ...{ bundle: new Uint8Array(32), version: '0.1.0' },
  };
  const scores = slots.map((slot) => ({ slot, body: new Uint8Array(3) }));

  it.each<[string, TopicName, Uint8Array]>([
    ['summary, present view', 'summary', encodeSummary(1, scores.slice(0, 1), 3)],
    ['summary, absent view', 'summary', encodeSummary(1, [{ slot: 0, body: null }], 3)],
    ['summary, 32 slots, all present', 'summary', encodeSummary(1, scores, 3)],
    ['feature request', 'featureRequest', encodeFeatureRequest(1, [0])],
    ['features', 'features', encodeFeatures(1, [{ slot: 0, body: new Uint8Array(128) }], 128)],
    ['uplink features, six present views', 'uplinkFeatures', encodeUplinkFeatures(1, [sample], sizes)],
    ['verdict or record', 'verdict', encodeVerdicts('verdict', 1, verdicts.slice(0, 1))],
    ['record, 32 slots', 'record', encodeVerdicts('record', 1, verdicts)],
    ['acknowledgement', 'acknowledgement', encodeAcknowledgement(1, { of: 'record', result: 'stored', slots: [0] })],
    ['status of a device, version `0.1.0`', 'deviceStatus', encodeStatus(1, status)],
    ['clock question', 'clockAsk', encodeClock(1, { asked: 0 })],
    ['clock answer', 'clock', encodeClock(1, { asked: 0, edge: 0 })],
    ['traffic, six devices', 'traffic', encodeTraffic(1, { samples: 0, uplink: link, devices })],
  ])('are right for: %s', (name, which, payload) => {
    const packet = publishBytes(topic(which, names).length, payload.length, topics[which].qos);
    expect(page).toContain(`| ${name} | ${payload.length} | ${packet} |`);
  });
});
