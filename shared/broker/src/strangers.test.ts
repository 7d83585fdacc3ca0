import { createLogger } from '@ddnn/process';
import { describe, expect, it } from 'vitest';
import { mqttPacket } from '../test/clients.js';
import { gate, startListener, until } from '../test/listener-rig.js';

const subscribe = (filters: string[], qos: 0 | 1 = 0) =>
  mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions: filters.map((topic) => ({ topic, qos })) });

describe('a subscriber that reads nothing', () => {
  const payload = Buffer.alloc(60_000);

  /** One that is frozen with a subscription, a publisher, and a viewer of another topic. */
  async function frozen(qos: 0 | 1, drainTimeoutMs: number) {
    const rig = await startListener({ maxPacketBytes: 65_536, maxQueuedBytes: 65_536, drainTimeoutMs });
    const reader = await rig.raw();
    reader.socket.write(subscribe(['s/#'], qos));
    await until(() => reader.packets.length === 2);
    reader.socket.pause();
    const [publisher, viewer] = [await rig.connect(gate), await rig.connect()];
    await viewer.client.subscribeAsync('t/#');
    return { ...rig, publisher, viewer, reader };
  }

  it('at QoS 0 loses what it has no room for, counted, and nobody waits for it', async () => {
    const { listener, publisher, viewer } = await frozen(0, 60_000);
    let sent = 0;
    while (listener.counts.dropped < 200) {
      await publisher.client.publishAsync('s/0', payload, { qos: 1 });
      await publisher.client.publishAsync('t/0', String(sent++), { qos: 1 });
    }
    await until(() => viewer.state.heard.length === sent);
    // It is there to the end: neither was it cut off nor did anybody wait until it was.
    expect([listener.connections, listener.counts.cutOff]).toEqual([3, 0]);
  });

  it('at QoS 1 is cut off at its bound, and nobody waits for it', async () => {
    const { listener, publisher, viewer } = await frozen(1, 60_000);
    let sent = 0;
    while (listener.counts.cutOff === 0) {
      await publisher.client.publishAsync('s/0', payload, { qos: 1 });
      await publisher.client.publishAsync('t/0', String(sent++), { qos: 1 });
    }
    await until(() => viewer.state.heard.length === sent && listener.connections === 2);
    expect(listener.counts.dropped).toBe(0);
  });

  it('is cut off when it took nothing for the drain timeout, though nothing more comes', async () => {
    const { listener, publisher } = await frozen(0, 300);
    while (listener.counts.dropped === 0) await publisher.client.publishAsync('s/0', payload, { qos: 1 });
    await until(() => listener.counts.cutOff === 1 && listener.connections === 2);
  });
});

describe('topic filters', () => {
  it('beyond the bounds are refused: in number, in bytes, in levels', async () => {
    const { connect, listener } = await startListener({ maxFilters: 3, maxFilterBytes: 64 });
    const { client } = await connect();
    const granted: number[] = [];
    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'suback') granted.push(...(packet.granted as number[]));
    });
    const subscribeTo = (filter: string) => client.subscribeAsync(filter).catch(() => {});
    for (const filter of ['a', 'b', 'x'.repeat(65), `${'x/'.repeat(16)}x`, 'a', 'c', 'd']) await subscribeTo(filter);
    // MQTT 3.1.1, 3.9.3: 128 is a refusal.
    expect(granted).toEqual([0, 0, 128, 128, 0, 0, 128]);
    await client.unsubscribeAsync('b');
    await subscribeTo('d');
    expect(granted.at(-1)).toBe(0);
    expect(listener.counts.refused.filter).toBe(3);
  });

  it('by the thousand cost their client the connection, and the log a line', async () => {
    const lines: object[] = [];
    const logger = Object.assign(Object.create(createLogger({ name: 'test', level: 'silent' })), {
      warn: (details: object, text: string) => void lines.push({ text, ...details }),
    });
    const { raw, connect } = await startListener({ maxPacketBytes: 300_000 }, {}, logger);
    const other = await connect(gate);
    const { socket, state } = await raw();
    socket.write(subscribe(Array.from({ length: 25_000 }, (_, n) => `f/${n}`)));
    await until(() => state.closed);
    await other.client.publishAsync('s/0', 'x', { qos: 1 });
    expect(lines).toHaveLength(2);
    expect(lines).toContainEqual(expect.objectContaining({ text: 'subscription refused', suppressed: 0 }));
  });
});

describe('the retain flag', () => {
  it('is taken off where the room does not keep the topic, or the message', async () => {
    const { connect } = await startListener(
      {},
      {
        publishRight: (_, topic) => (topic.startsWith('i/') ? 'retained' : 'plain'),
        take: async (_, { payload }) => String(payload) !== 'junk',
      },
    );
    const { client } = await connect(gate);
    const retained = { qos: 1, retain: true } as const;
    await client.publishAsync('s/0', 'x', retained);
    await client.publishAsync('i/0', 'fine', retained);
    await client.publishAsync('i/0', 'junk', retained);
    await client.publishAsync('i/1', 'junk', retained);
    const viewer = await connect();
    const heard: string[] = [];
    viewer.client.on('message', (topic, payload) => heard.push(`${topic} ${payload}`));
    await viewer.client.subscribeAsync('#');
    await viewer.client.publishAsync('end', 'x', { qos: 1 });
    await until(() => heard.includes('end x'));
    expect(heard.filter((line) => line !== 'end x')).toEqual(['i/0 fine']);
  });
});
