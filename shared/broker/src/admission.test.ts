import { createLogger } from '@ddnn/process';
import { describe, expect, it } from 'vitest';
import { mqttPacket } from '../test/clients.js';
import { gate, startListener, until } from '../test/listener-rig.js';
import type { PublishRight } from './access.js';
import type { MqttListenerOptions } from './listener-settings.js';

/** A listener whose warnings are kept; `i/…` may be retained, `s/…` published, and nothing else. */
async function start(options: Partial<MqttListenerOptions> = {}) {
  const lines: { text: string; [key: string]: unknown }[] = [];
  const logger = Object.assign(Object.create(createLogger({ name: 'test', level: 'silent' })), {
    warn: (details: object, text: string) => void lines.push({ text, ...details }),
  });
  const publishRight = (_: string, topic: string): PublishRight =>
    topic.startsWith('i/') ? 'retained' : topic.startsWith('s/') ? 'plain' : 'none';
  return { ...(await startListener(options, { publishRight }, logger)), lines };
}

const camera = (changes: object = {}) => ({ username: 'cam0', ...changes });
const [pubcomp, publish] = [
  mqttPacket.generate({ cmd: 'pubcomp', messageId: 65_535 }),
  mqttPacket.generate({ cmd: 'publish', topic: 's/0', payload: 'x', qos: 0, dup: false, retain: false }),
];

describe('a client id', () => {
  it('of a device throws nobody out when a viewer takes it, before or behind the device', async () => {
    const { connect } = await start();
    const clientId = 'cam0';
    const early = await connect({ clientId });
    const device = await connect({ username: 'cam0', clientId });
    const late = await connect({ clientId });
    const other = await connect({ username: 'cam1', clientId });
    for (const { client } of [early, device, late, other]) await client.subscribeAsync('x');
    expect([early, device, late, other].map(({ state }) => state.closed)).toEqual([false, false, false, false]);
  });

  it('without credentials of its name is nobody’s name', async () => {
    const { raw, connect } = await start();
    const { state } = await connect({ ...gate, clientId: 'gate' });
    // MQTT 3.1.1, 3.2.2.3: return code 5, not authorized.
    expect((await raw({ clientId: 'gate', username: 'gate', password: 'wrong' })).code).toBe(5);
    expect(state.closed).toBe(false);
  });
});

describe('a second connection of a name', () => {
  it('is told so, and the first goes on, where the first lives', async () => {
    const { connect, raw, lines, listener } = await start();
    // mqtt.js answers the question as every client must.
    const first = await connect(camera());
    const second = await raw(camera());
    // MQTT 3.1.1, 3.2.2.3: return code 2, identifier rejected.
    expect(second.code).toBe(2);
    await until(() => second.state.closed);
    await first.client.publishAsync('s/0', 'x', { qos: 1 });
    expect(first.state.closed).toBe(false);
    const address = expect.stringMatching(/127\.0\.0\.1:\d+/);
    expect(lines).toContainEqual(expect.objectContaining({ name: 'cam0', first: address, from: address }));
    expect(listener.counts.refused.name).toBe(1);
    await first.client.endAsync();
    expect((await raw(camera())).code).toBe(0);
  });

  it('is told so where the first does not know the question but goes on sending', async () => {
    const { raw } = await start();
    const first = await raw(camera());
    let asked = false;
    first.socket.on('data', () => {
      asked = true;
      first.socket.write(publish);
    });
    expect((await raw(camera())).code).toBe(2);
    expect([asked, first.state.closed]).toEqual([true, false]);
  });

  it('takes over where the first is silent, whose last will comes before what the second says', async () => {
    const { raw, lines, taken, listener } = await start();
    const will = { topic: 'i/cam0', payload: Buffer.from('bye'), qos: 1, retain: true };
    const first = await raw(camera({ will }));
    const second = await raw(camera({ will }));
    expect([second.code, first.state.closed]).toEqual([0, true]);
    second.socket.write(publish);
    await until(() => taken.length === 2);
    expect(taken).toEqual([
      ['cam0', 'i/cam0'],
      ['cam0', 's/0'],
    ]);
    expect(listener.connections).toBe(1);
    expect(lines).toContainEqual(
      expect.objectContaining({ name: 'cam0', text: expect.stringContaining('takes over') }),
    );
  });

  it('gets in at once where the first ends meanwhile, and a third comes again', async () => {
    const { raw } = await start({ takeoverMs: 60_000 });
    const first = await raw(camera());
    const others = [raw(camera()), raw(camera())];
    // MQTT 3.1.1, 3.2.2.3: return code 3, server unavailable: of two that wait, whichever came last.
    expect((await Promise.race(others)).code).toBe(3);
    first.socket.destroy();
    expect((await Promise.all(others)).map(({ code }) => code).sort()).toEqual([0, 3]);
  });

  it('costs a first that answers nothing but its answer', async () => {
    const { raw, taken } = await start();
    const first = await raw(camera());
    first.socket.on('data', (bytes) => {
      if (bytes[0] === 0x62) first.socket.write(pubcomp);
    });
    expect((await raw(camera())).code).toBe(2);
    first.socket.write(publish);
    await until(() => taken.length === 1);
    expect(first.state.closed).toBe(false);
  });
});

describe('a last will', () => {
  it.each([
    ['a viewer', undefined, 'q/0'],
    ['a device', 'cam0', 'q/0'],
    ['a device', 'cam0', '$SYS/x'],
  ])('of %s on a topic where it may not publish is refused at CONNECT: %s, %s', async (_, username, topic) => {
    const { raw, taken, listener } = await start();
    const will = { topic, payload: Buffer.from('bye'), qos: 0, retain: false };
    const { code, state } = await raw({ username, will });
    expect(code).toBe(5);
    await until(() => state.closed);
    expect([taken, listener.counts.refused.will]).toEqual([[], 1]);
  });

  it.each([
    ['i/cam0', true],
    ['s/0', false],
  ])('on %s is kept for later subscribers: %s', async (topic, kept) => {
    const { raw, connect, taken } = await start();
    const { socket } = await raw(camera({ will: { topic, payload: Buffer.from('bye'), qos: 0, retain: true } }));
    socket.destroy();
    await until(() => taken.length === 1);
    const { client, state } = await connect();
    await client.subscribeAsync(topic);
    await client.publishAsync('s/1', 'x', { qos: 1 });
    await until(() => !kept || state.heard.length > 0);
    expect(state.heard).toEqual(kept ? [topic] : []);
  });
});
