import { describe, expect, it } from 'vitest';
import { mqttPacket } from '../test/clients.js';
import { PacketCap } from './packet-cap.js';

const publish = (payload: number) =>
  mqttPacket.generate({
    cmd: 'publish',
    topic: 's/0',
    payload: Buffer.alloc(payload),
    qos: 0,
    dup: false,
    retain: false,
  });
const ping = mqttPacket.generate({ cmd: 'pingreq' });

/** Whether every packet that begins in `chunk` keeps to the bound. */
function passes(cap: PacketCap, chunk: Uint8Array): boolean {
  let at = 0;
  while (at >= 0 && at < chunk.length) at = cap.step(chunk, at);
  return at >= 0;
}

describe('packet cap', () => {
  it('lets packets within the bound pass, split at every byte', () => {
    const stream = Buffer.concat([ping, publish(5), publish(122), publish(123), publish(300), ping]);
    for (let cut = 0; cut <= stream.length; cut++) {
      const cap = new PacketCap(305);
      expect(passes(cap, stream.subarray(0, cut)) && passes(cap, stream.subarray(cut)), `cut at ${cut}`).toBe(true);
    }
    const byByte = new PacketCap(305);
    for (const byte of stream) expect(passes(byByte, Uint8Array.of(byte))).toBe(true);
  });

  it('stops one that is a byte too large as soon as its length is known, split at every byte', () => {
    const before = Buffer.concat([publish(300), ping]);
    const large = publish(301);
    // Fixed header: type, two bytes of length.
    const known = before.length + 3;
    const stream = Buffer.concat([before, large]);
    for (let cut = 0; cut <= stream.length; cut++) {
      const cap = new PacketCap(305);
      const [first, second] = [passes(cap, stream.subarray(0, cut)), passes(cap, stream.subarray(cut))];
      expect([cut, first, first && second]).toEqual([cut, cut < known, false]);
    }
  });

  it('stops one that is too short for the id that it must have', () => {
    const whole = (...bytes: number[]) => passes(new PacketCap(305), Uint8Array.from(bytes));
    expect([0x30, 0x40, 0x62, 0x82, 0xa2].map((type) => whole(type, 1, 0))).toEqual(new Array(5).fill(false));
    expect([0x30, 0x40, 0x62, 0x82, 0xa2].map((type) => whole(type, 2, 0, 1))).toEqual(new Array(5).fill(true));
    expect(whole(0xc0, 0)).toBe(true);
  });

  it('refuses a length of more than four bytes', () => {
    expect(passes(new PacketCap(1e9), Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80, 0x01))).toBe(false);
  });
});
