import { publishBytes } from '@ddnn/protocol';
import { describe, expect, it } from 'vitest';
import { OTHER_TOPICS, Rates } from './rates.js';

describe('Rates', () => {
  it('adds up messages, payload and whole packets, sorted by topic', () => {
    const rates = new Rates(0);
    rates.count('s/b', 7, 0, 10);
    expect(rates.count('s/a', 100, 1, 10)).toBe(publishBytes(3, 100, 1));
    rates.count('s/a', 4, 0, 10);
    const [a, b] = rates.topics(10);
    const packets = publishBytes(3, 100, 1) + publishBytes(3, 4, 0);
    expect(a).toMatchObject({ topic: 's/a', messages: 2, payloadBytes: 104, packetBytes: packets });
    expect(b).toMatchObject({ topic: 's/b', messages: 1, payloadBytes: 7 });
    expect(rates.total(10)).toMatchObject({ messages: 3, payloadBytes: 111 });
  });

  it('counts a topic in UTF-8 bytes', () => {
    expect(new Rates(0).count('é', 0, 0, 0)).toBe(publishBytes(2, 0, 0));
  });

  it('measures the last five seconds', () => {
    const rates = new Rates(0);
    for (let now = 0; now < 20_000; now += 100) rates.count('s/a', 7, 0, now);
    const packet = publishBytes(3, 7, 0);
    expect(rates.topics(20_000)[0].messagesPerSecond).toBeCloseTo(10, 0);
    expect(rates.topics(20_000)[0].packetBytesPerSecond / packet).toBeCloseTo(10, 0);
    expect(rates.topics(22_500)[0].messagesPerSecond).toBeCloseTo(5, 0);
    expect(rates.topics(25_000)[0]).toMatchObject({ messagesPerSecond: 0, messages: 200 });
  });

  it('divides by the time since the start while that is shorter, but by a second at least', () => {
    const rates = new Rates(1_000_000);
    for (let i = 0; i < 20; i++) rates.count('s/a', 7, 0, 1_000_000 + i * 100);
    expect(rates.topics(1_002_000)[0].messagesPerSecond).toBeCloseTo(10, 6);
    const one = new Rates(1_000_000);
    one.count('s/a', 7, 0, 1_000_001);
    expect(one.topics(1_000_002)[0].messagesPerSecond).toBe(1);
  });

  it('counts topics beyond the bound together, with none lost', () => {
    const rates = new Rates(0, 3);
    for (let i = 0; i < 10; i++) rates.count(`s/${i}`, 1, 0, 0);
    const topics = rates.topics(0);
    expect(topics).toHaveLength(4);
    expect(topics[0]).toMatchObject({ topic: OTHER_TOPICS, messages: 7, packetBytes: 7 * publishBytes(3, 1, 0) });
    expect(rates.total(0).messages).toBe(10);
  });
});
