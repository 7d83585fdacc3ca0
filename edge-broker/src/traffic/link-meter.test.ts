import { expect, it } from 'vitest';
import { mqttPacket } from '../../test/packets.js';
import { LinkMeter } from './link-meter.js';

it('counts what a hand counts', () => {
  const meter = new LinkMeter();
  // PUBLISH QoS 0: fixed header 2, topic length 2, topic 3, payload 7.
  meter.count('up', 3, 7, 0);
  meter.countPayload(3);
  expect(meter.read(0)).toEqual({ payloadUp: 3, wireUp: 14, wireDown: 0, session: 0 });
  // PUBLISH QoS 1 with a remaining length of two bytes: 3 + 2 + 3 + packet id 2 + payload 200; its PUBACK: 4 down.
  meter.count('up', 3, 200, 1);
  meter.countPayload(196);
  expect(meter.read(0)).toEqual({ payloadUp: 199, wireUp: 14 + 210, wireDown: 4, session: 0 });
  // A request down is no payload up.
  meter.count('down', 3, 4, 0);
  meter.count('down', 3, 4, 1);
  expect(meter.read(300)).toEqual({ payloadUp: 199, wireUp: 228, wireDown: 4 + 11 + 13, session: 300 - 228 - 28 });
});

it.each([
  [3, 100, 0],
  [9, 115, 1],
  [9, 116, 1],
  [9, 16_384, 1],
])('agrees with a packet writer: topic %i, payload %i, QoS %i', (topic, payload, qos) => {
  const packet = {
    cmd: 'publish' as const,
    topic: 'x'.repeat(topic),
    payload: Buffer.alloc(payload),
    qos: qos as 0 | 1,
    ...(qos ? { messageId: 7 } : {}),
    dup: false,
    retain: false,
  };
  const meter = new LinkMeter();
  meter.count('up', topic, payload, qos);
  expect(meter.read(0).wireUp).toBe(mqttPacket.generate(packet).length);
});
