import { connect as connectTcp, type Socket } from 'node:net';
import { createLogger } from '@ddnn/process';
import { until } from '@ddnn/process/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { mqtt, mqttPacket } from '../test/clients.js';
import { MqttListener } from './mqtt-listener.js';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const MAX_PAYLOAD = 140;

/** A listener where everybody's direct topic is `s/0`; `log` says what was taken, and which way it came. */
async function rig({ drainTimeoutMs = 1000, maxPacketBytes = 300_000, maxQueuedBytes = 1_048_576 } = {}) {
  const log: string[] = [];
  const payload = (bytes: Uint8Array) => Buffer.from(bytes).toString();
  const listener = new MqttListener<string>(
    {
      host: '127.0.0.1',
      port: 0,
      setting: 'port',
      takeoverMs: 200,
      maxPacketBytes,
      maxConnections: 20,
      maxQueuedBytes,
      drainTimeoutMs,
    },
    {
      admit: (name) => name ?? 'viewer',
      nameOf: (who) => (who === 'viewer' ? undefined : who),
      take: (who, { topic, payload: bytes }) => {
        if (payload(bytes) === 'forbidden') throw new Error('not here');
        log.push(`aedes ${who} ${topic} ${payload(bytes)}`);
        return topic === 'slow' || payload(bytes) === 'slow' ? wait(20) : undefined;
      },
      maySubscribe: () => true,
      publishRight: () => 'retained',
      direct: (who) =>
        who === 'viewer'
          ? undefined
          : {
              topic: 's/0',
              maxPayloadBytes: MAX_PAYLOAD,
              take: (bytes, offset, length, qos) => {
                const text = payload(bytes.subarray(offset, offset + length));
                if (text === 'forbidden') throw new Error('not here');
                log.push(`direct ${who} s/0 ${text}${qos ? ' at QoS 1' : ''}`);
              },
            },
    },
    createLogger({ name: 'test', level: 'silent' }),
  );
  const port = await listener.start();
  open.push(() => listener.stop());
  const viewer = async (filter: string, qos: 0 | 1 = 0) => {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 });
    open.push(() => client.endAsync(true));
    const heard: string[] = [];
    client.on('message', (topic, bytes, packet) => heard.push(`${topic} ${bytes} ${packet.qos}`));
    await client.subscribeAsync(filter, { qos });
    return { client, heard };
  };
  const raw = async () => {
    const socket = connectTcp(port, '127.0.0.1').setNoDelay(true);
    const state = { closed: false, packets: [] as string[] };
    const parser = mqttPacket.parser();
    parser.on('packet', ({ cmd, messageId }) => state.packets.push(messageId ? `${cmd} ${messageId}` : cmd));
    socket.on('data', (bytes) => parser.parse(bytes));
    socket.on('error', () => {});
    socket.on('close', () => {
      state.closed = true;
    });
    open.push(() => socket.destroy());
    await new Promise((resolve) => socket.once('connect', resolve));
    return { socket, state };
  };
  /** A connected device that speaks bytes. */
  const device = async (changes: Partial<Parameters<typeof connectPacket>[0]> = {}) => {
    const { socket, state } = await raw();
    socket.write(connectPacket(changes));
    await until(() => state.packets.includes('connack'));
    state.packets.length = 0;
    return { socket, state };
  };
  const settle = async (socket: Socket, state: { packets: string[] }) => {
    const pongs = () => state.packets.filter((cmd) => cmd === 'pingresp').length;
    const before = pongs();
    socket.write(ping);
    await until(() => pongs() > before);
  };
  return { listener, log, viewer, raw, device, settle };
}

const connectPacket = (changes: object) =>
  mqttPacket.generate({
    cmd: 'connect',
    clientId: 'c',
    username: 'dev',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    keepalive: 0,
    ...changes,
  } as never);
const publish = (payload: string, changes: object = {}) =>
  mqttPacket.generate({
    cmd: 'publish',
    topic: 's/0',
    payload,
    qos: 0,
    dup: false,
    retain: false,
    ...changes,
  } as never);
const ping = mqttPacket.generate({ cmd: 'pingreq' });
const payloads = (log: string[]) => log.map((line) => line.split(' ')[3]);

describe('a direct topic', () => {
  it('comes past Aedes, however many messages arrive at once', async () => {
    const { device, settle, log } = await rig();
    const { socket, state } = await device();
    socket.write(Buffer.concat(['a', 'b', 'c'].map((payload) => publish(payload))));
    await settle(socket, state);
    expect(log).toEqual(['a', 'b', 'c'].map((payload) => `direct dev s/0 ${payload}`));
  });

  it('loses, doubles and reorders nothing, cut at every byte', async () => {
    const { device, log, viewer } = await rig();
    const { heard } = await viewer('#');
    const { socket, state } = await device();
    const large = 'x'.repeat(130);
    const stream = Buffer.concat([
      publish('a'),
      publish('b', { qos: 1, messageId: 513 }),
      publish('c', { topic: 'other' }),
      publish(large),
      ping,
      publish('d', { topic: 'other', qos: 1, messageId: 7 }),
      publish('e'),
    ]);
    const sent = ['a', 'b', 'c', large, 'd', 'e'];
    for (let cut = 1; cut < stream.length; cut++) {
      log.length = 0;
      state.packets.length = 0;
      heard.length = 0;
      socket.write(stream.subarray(0, cut));
      await wait(1);
      socket.write(stream.subarray(cut));
      await until(() => log.length === sent.length && state.packets.length === 3);
      expect(payloads(log), `cut at ${cut}`).toEqual(sent);
      expect(state.packets.filter((packet) => packet.startsWith('puback'))).toEqual(['puback 513', 'puback 7']);
      await until(() => heard.length === sent.length);
      expect(heard.filter((line) => line.startsWith('s/0')).map((line) => line.split(' ')[1])).toEqual([
        'a',
        'b',
        large,
        'e',
      ]);
    }
  });

  it.each([
    ['another topic', publish('x', { topic: 's/1' })],
    ['a longer topic that begins alike', publish('x', { topic: 's/01' })],
    ['retained', publish('x', { retain: true })],
    ['sent again', publish('x', { qos: 1, messageId: 5, dup: true })],
    ['at QoS 2', publish('x', { qos: 2, messageId: 5 })],
    ['longer than its bound', publish('x'.repeat(MAX_PAYLOAD + 1))],
    ['of three bytes of length', publish('x'.repeat(17_000))],
  ])('goes to Aedes where a message is %s', async (_, packet) => {
    const { device, settle, log } = await rig();
    const { socket, state } = await device();
    socket.write(Buffer.concat([publish('before'), packet, publish('behind')]));
    await settle(socket, state);
    expect(log.map((line) => line.split(' ')[0])).toEqual(['direct', 'aedes', 'direct']);
  });

  it('of others is nobody’s', async () => {
    const { device, settle, log } = await rig();
    const { socket, state } = await device({ username: undefined });
    socket.write(publish('x'));
    await settle(socket, state);
    expect(log).toEqual(['aedes viewer s/0 x']);
  });

  it('closes the connection where the room refuses a message, before anybody hears of it', async () => {
    const { device, log, viewer } = await rig();
    const { heard } = await viewer('#');
    const { socket, state } = await device();
    socket.write(Buffer.concat([publish('fine'), publish('forbidden'), publish('behind')]));
    await until(() => state.closed);
    await until(() => heard.length > 0);
    expect(payloads(log)).toEqual(['fine']);
    expect(heard).toEqual(['s/0 fine 0']);
  });

  it('closes the connection at a packet above the cap, wherever it stands', async () => {
    const { device, log } = await rig({ maxPacketBytes: 1000 });
    const { socket, state } = await device();
    socket.write(Buffer.concat([publish('fine'), publish('x'.repeat(1001)), publish('behind')]));
    await until(() => state.closed);
    expect(payloads(log)).toEqual(['fine']);
  });

  it('is acknowledged at QoS 1 with each message’s own id, in order', async () => {
    const { device, settle, log } = await rig();
    const { socket, state } = await device();
    const ids = [1, 65_535, 256, 255];
    socket.write(Buffer.concat(ids.map((messageId) => publish(String(messageId), { qos: 1, messageId }))));
    await settle(socket, state);
    expect(state.packets).toEqual([...ids.map((id) => `puback ${id}`), 'pingresp']);
    expect(log).toEqual(ids.map((id) => `direct dev s/0 ${id} at QoS 1`));
  });

  it('keeps its place among other packets of one chunk, even those that take long', async () => {
    const { device, log } = await rig();
    const { socket, state } = await device();
    const subscribe = mqttPacket.generate({
      cmd: 'subscribe',
      messageId: 3,
      subscriptions: [{ topic: 'q/0', qos: 0 }],
    });
    const others = [publish('c', { topic: 'slow', qos: 1, messageId: 4 }), publish('d', { topic: 'other' })];
    socket.write(Buffer.concat([publish('a'), subscribe, ping, publish('b'), ...others, publish('e')]));
    await until(() => log.length === 5 && state.packets.length === 3);
    expect(payloads(log)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(new Set(state.packets)).toEqual(new Set(['suback 3', 'pingresp', 'puback 4']));
  });

  it('that is sent before CONNECT was answered waits for it, in order', async () => {
    const { raw, log } = await rig();
    const { socket, state } = await raw();
    socket.write(Buffer.concat([connectPacket({}), publish('a'), publish('b')]));
    socket.write(publish('c'));
    await until(() => state.packets.includes('connack'));
    socket.write(publish('d'));
    await until(() => log.length === 4);
    expect(payloads(log)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('that arrived before its sender closed the connection counts, though others were kept back with it', async () => {
    const { device, log } = await rig();
    const { socket, state } = await device();
    const disconnect = mqttPacket.generate({ cmd: 'disconnect' });
    const sent = [
      // Its PUBACK meets a socket that is closed: the connection breaks while the rest is still kept back.
      publish('a', { qos: 1, messageId: 1 }),
      ping,
      publish('b'),
      publish('elsewhere', { topic: 'other', qos: 1, messageId: 2 }),
      publish('c', { qos: 1, messageId: 3 }),
      publish('d'),
      disconnect,
      publish('behind'),
    ];
    socket.write(Buffer.concat(sent));
    socket.destroySoon();
    await until(() => state.closed && log.length >= 4);
    await device({ clientId: 'next' });
    expect(payloads(log).filter((payload) => payload !== 'elsewhere')).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is taken with the end of the stream right behind it, and behind one that takes long', async () => {
    const { device, log } = await rig();
    const { socket, state } = await device();
    const slow = publish('slow', { qos: 1, messageId: 1, retain: true });
    socket.end(Buffer.concat([publish('a'), slow, publish('b'), publish('c', { qos: 1, messageId: 2 }), publish('d')]));
    await until(() => state.closed && log.length >= 5);
    expect(payloads(log)).toEqual(['a', 'slow', 'b', 'c', 'd']);
  });

  it('is not taken from a client that has said DISCONNECT, and half a message is none', async () => {
    const { device, log, raw } = await rig();
    const will = { topic: 'will', payload: Buffer.from('bye'), qos: 0 as const, retain: false };
    const orderly = await device({ will } as never);
    const disconnect = mqttPacket.generate({ cmd: 'disconnect' });
    orderly.socket.write(Buffer.concat([publish('a'), disconnect, publish('b')]));
    await until(() => orderly.state.closed);
    const torn = await device({ will, clientId: 'torn' } as never);
    torn.socket.end(Buffer.concat([publish('c'), publish('half').subarray(0, 6)]));
    await until(() => log.length === 3);
    await raw();
    expect(payloads(log)).toEqual(['a', 'c', 'bye']);
  });

  it('goes on with the newer connection where one takes over from another', async () => {
    const { device, settle, log } = await rig();
    // One that does not answer when it is asked whether it lives.
    const first = await device();
    const second = await device();
    await until(() => first.state.closed);
    second.socket.write(publish('a'));
    await settle(second.socket, second.state);
    expect(log).toEqual(['direct dev s/0 a']);
  });

  it('keeps a client alive that sends nothing else, and a silent one is still cut off', async () => {
    const { device, log } = await rig();
    const { socket, state } = await device({ keepalive: 1 });
    for (let n = 0; n < 60; n++) {
      socket.write(publish('x'));
      await wait(50);
    }
    expect(state.closed).toBe(false);
    expect(log.filter((line) => line.startsWith('direct')).length).toBeGreaterThan(20);
    expect(log).toHaveLength(60);
    const silentSince = performance.now();
    await until(() => state.closed);
    expect(performance.now() - silentSince).toBeGreaterThan(1000);
  });
});

describe('a subscriber', () => {
  const many = Array.from({ length: 3000 }, (_, n) => String(n));

  it.each(['s/0', 's/#', '+/0', '#', 's/+'])('with %s hears every message once, in order', async (filter) => {
    const { device, viewer, log } = await rig();
    const [one, other] = [await viewer(filter), await viewer('elsewhere/#')];
    const { socket } = await device();
    socket.write(Buffer.concat(many.map((payload) => publish(payload))));
    await until(() => one.heard.length >= many.length);
    expect(one.heard).toEqual(many.map((payload) => `s/0 ${payload} 0`));
    expect(payloads(log)).toEqual(many);
    expect(other.heard).toEqual([]);
  });

  it('at QoS 0 hears what was published at QoS 1, without its id; at QoS 1 it hears it at QoS 1', async () => {
    const { device, viewer, settle, log } = await rig();
    const { socket, state } = await device();
    const send = async (messageId: number) => {
      socket.write(Buffer.concat([publish('a', { qos: 1, messageId }), publish('b')]));
      await settle(socket, state);
    };
    const plain = await viewer('#', 0);
    await send(9);
    const sure = await viewer('s/#', 1);
    await send(10);
    await until(() => plain.heard.length === 4 && sure.heard.length === 2);
    expect(plain.heard).toEqual(['s/0 a 0', 's/0 b 0', 's/0 a 0', 's/0 b 0']);
    expect(sure.heard).toEqual(['s/0 a 1', 's/0 b 0']);
    await sure.client.endAsync();
    log.length = 0;
    await send(11);
    expect(log[0]).toBe('direct dev s/0 a at QoS 1');
    expect(state.packets.filter((packet) => packet.startsWith('puback'))).toEqual([
      'puback 9',
      'puback 10',
      'puback 11',
    ]);
  });

  it('with several filters hears each message once, and after UNSUBSCRIBE none', async () => {
    const { device, viewer, settle } = await rig();
    const { client, heard } = await viewer('#');
    await client.subscribeAsync('s/0');
    const { socket, state } = await device();
    socket.write(publish('a'));
    await settle(socket, state);
    await client.unsubscribeAsync('#');
    socket.write(publish('b'));
    await settle(socket, state);
    await client.unsubscribeAsync('s/0');
    socket.write(publish('c'));
    await settle(socket, state);
    await client.publishAsync('s/0', 'last', { qos: 1 });
    expect(heard).toEqual(['s/0 a 0', 's/0 b 0']);
  });

  it('that reads nothing holds nobody up: what it has no room for is dropped and counted', async () => {
    const { device, log, viewer, listener } = await rig({ drainTimeoutMs: 60_000, maxQueuedBytes: 65_536 });
    const frozen = await device({ clientId: 'frozen', username: undefined });
    frozen.socket.write(
      mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 's/#', qos: 0 }] }),
    );
    await until(() => frozen.state.packets.length > 0);
    frozen.socket.pause();
    const { heard } = await viewer('end');
    const { socket, state } = await device();
    const burst = Buffer.concat(Array.from({ length: 1000 }, () => publish('x'.repeat(MAX_PAYLOAD))));
    let total = 0;
    while (listener.counts.dropped < 10_000) {
      socket.write(burst);
      total += 1000;
      await until(() => log.length === total);
    }
    // All of it was taken, and a message elsewhere comes through, though the frozen one is there to the end.
    socket.write(publish('x', { topic: 'end', qos: 1, messageId: 1 }));
    await until(() => heard.length === 1 && state.packets.includes('puback 1'));
    expect(frozen.state.closed).toBe(false);
    expect(listener.counts.cutOff).toBe(0);
  });
});
