import { encodeSummary } from '@ddnn/protocol';
import { describe, expect, it } from 'vitest';
import { publishPacket } from '../mqtt-packets.js';
import { Answers, EPOCH, expectedAnswers, expectedClasses, openBenchBundle, scoresOf } from './scenes.js';
import { SummaryPackets } from './summary-packets.js';

const CYCLE = 64;
const frame = (slot: number, view: number) =>
  encodeSummary(EPOCH, [{ slot, body: Uint8Array.from(scoresOf(slot % CYCLE, view, 3)) }], 3);

describe('prebuilt packets', () => {
  it.each([0, 1] as const)('at QoS %i are those of the protocol at every slot', (qos) => {
    const packets = new SummaryPackets(21, 3, 3, qos, CYCLE);
    for (const slot of [0, 60, 64, 32_764, 32_768, 1_000_060]) {
      const expected = [0, 1, 2, 3].map((i) => {
        const packet = publishPacket('s/129', frame(slot + i, 3), qos);
        if (qos) packet.writeUInt16BE(((slot + i) % 32_768) + 1, packet.length - 9);
        return packet;
      });
      expect(packets.block(slot, 4).equals(Buffer.concat(expected)), `slot ${slot}`).toBe(true);
    }
  });
});

describe('the check of answers', () => {
  const classes = expectedClasses(openBenchBundle(), CYCLE);

  it('has samples of every class to tell apart', () => {
    expect(new Set(classes).size).toBe(3);
  });

  it('tells a sample that is wrong, double or missing', () => {
    const answer = (slots: readonly number[], wrong?: number) => {
      const answers = new Answers();
      for (const slot of slots) answers.add(slot, (classes[slot % CYCLE] + (slot === wrong ? 1 : 0)) % 3);
      return answers.checksum;
    };
    const slots = Array.from({ length: 100 }, (_, slot) => slot);
    const right = expectedAnswers(classes, 100).checksum;
    expect(answer(slots)).toBe(right);
    expect(answer(slots.toReversed())).toBe(right);
    expect(answer(slots, 70)).not.toBe(right);
    expect(answer([...slots.slice(1), 99])).not.toBe(right);
  });
});
