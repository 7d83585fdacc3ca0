import { connect as connectTcp } from 'node:net';
import { encodeStatus } from '@ddnn/protocol';
import { describe, expect, it } from 'vitest';
import { closed, connect, EPOCH, edge, features, sample, startCloud, until } from '../../test/live-cloud.js';

describe('access to the uplink', () => {
  it.each([
    ['plaza/south', 'f'],
    ['square/north', 'f'],
  ])('closes the connection of an edge that publishes as %s', async (other, rest) => {
    const { ports, get } = await startCloud();
    const { client } = await edge(ports);
    const gone = closed(client);
    client.publish(`u/${other}/${rest}`, Buffer.from(features(sample(5))), { qos: 1 });
    await gone;
    expect((await get('/v1/verdicts')).verdicts).toEqual([]);
  });

  it.each(['d/plaza/north/v', 'ddnn/plaza/verdict', 'u/plaza/north/x', 's/0'])(
    'closes the connection of an edge that publishes to %s',
    async (topic) => {
      const { ports } = await startCloud();
      const { client } = await edge(ports);
      const gone = closed(client);
      client.publish(topic, 'x', { qos: 1 });
      await gone;
    },
  );

  it.each(['plaza', 'plaza/', 'plaza/north/1', 'pla za/north', '+/north', ''])(
    'refuses the username "%s"',
    async (username) => {
      const { ports } = await startCloud();
      const client = connect(ports, { username });
      const error = await new Promise<Error & { code?: number }>((resolve) => client.once('error', resolve));
      expect(error.message).toMatch(/refused|authorized/i);
    },
  );

  it.each(['#', 'u/#', 'd/plaza/south/v', 'd/plaza/#', 'd/+/north/v', '$SYS/#', '$share/g/d/plaza/north/v'])(
    'refuses an edge’s subscription to %s',
    async (filter) => {
      const { ports } = await startCloud();
      const { client } = await edge(ports);
      await expect(client.subscribeAsync(filter)).rejects.toThrow();
    },
  );

  it('lets a viewer read everything but $SYS and shared subscriptions, and publish nothing', async () => {
    const { ports } = await startCloud();
    const viewer = connect(ports);
    const topics: string[] = [];
    viewer.on('message', (topic) => topics.push(topic));
    await viewer.subscribeAsync('#', { qos: 1 });
    await expect(viewer.subscribeAsync('$SYS/#')).rejects.toThrow();
    await expect(viewer.subscribeAsync('$share/g/#')).rejects.toThrow();
    const { send, next } = await edge(ports);
    await send('f', features(sample(5)));
    await next();
    await until(() => topics.length === 2);
    expect(topics).toEqual(['u/plaza/north/f', 'd/plaza/north/v']);
    const gone = closed(viewer);
    viewer.publish('u/plaza/north/f', 'x', { qos: 1 });
    await gone;
  });

  it('admits no more edges than configured, but the known ones again', async () => {
    const { ports } = await startCloud({ 'uplink.maxEdges': 1 });
    const { client } = await edge(ports);
    const other = connect(ports, { username: 'plaza/south' });
    await new Promise((resolve) => other.once('error', resolve));
    await client.endAsync(true);
    await edge(ports);
  });

  it('keeps for later viewers no status that can’t be read, nor one of a device too many', async () => {
    const { ports, metrics } = await startCloud({ 'uplink.maxDevicesAnEdge': 1 });
    const { client } = await edge(ports);
    const frame = Buffer.from(
      encodeStatus(EPOCH, {
        ...{ state: 'online', view: 0, views: 3, classes: 3, scoreBytes: 3, featureBytes: 8, slotMs: 100 },
        ...{ bundle: new Uint8Array(32), version: '1.0.0' },
      }),
    );
    const retained = { qos: 1, retain: true } as const;
    await client.publishAsync('u/plaza/north/i/a', frame, retained);
    await until(async () => (await metrics()).includes('kind="uplinkDeviceStatus",result="taken"'));
    await client.publishAsync('u/plaza/north/i/b', frame, retained);
    await client.publishAsync('u/plaza/north/i/a', 'junk', retained);
    await client.publishAsync('u/plaza/north/f', Buffer.from(features(sample(5))), retained);
    const viewer = connect(ports);
    const heard: string[] = [];
    viewer.on('message', (topic, payload, { retain }) => retain && heard.push(`${topic} ${payload.equals(frame)}`));
    await viewer.subscribeAsync('#', { qos: 1 });
    await client.publishAsync('u/plaza/north/i', 'x', { qos: 1 });
    await until(() => heard.length > 0);
    expect(heard).toEqual(['u/plaza/north/i/a true']);
  });

  it('closes a connection whose packet claims more than the bound, before it has sent it', async () => {
    const { ports, get } = await startCloud({ 'uplink.maxPacketBytes': 2000 });
    const socket = connectTcp(ports.mqttPort, '127.0.0.1');
    // A PUBLISH that claims 268,435,455 bytes, of which none follow.
    socket.write(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f));
    await new Promise((resolve) => socket.once('close', resolve));
    const { client } = await edge(ports);
    const gone = closed(client);
    client.publish('u/plaza/north/f', Buffer.alloc(2001), { qos: 1 });
    await gone;
    expect(await get('/healthz')).toEqual({ status: 'ok' });
  });

  it('cuts off a viewer that does not read, so that edges are answered', async () => {
    const { ports, metrics } = await startCloud({ 'uplink.drainTimeoutMs': 1000 });
    const viewer = connectTcp(ports.mqttPort, '127.0.0.1');
    viewer.on('error', () => {});
    const gone = new Promise((resolve) => viewer.once('close', resolve));
    // CONNECT without a name, then SUBSCRIBE to u/# at QoS 0; nobody reads what comes back.
    viewer.write(Uint8Array.of(0x10, 12, 0, 4, 77, 81, 84, 84, 4, 2, 0, 0, 0, 0));
    viewer.write(Uint8Array.of(0x82, 8, 0, 1, 0, 3, 0x75, 0x2f, 0x23, 0));
    const { send, next } = await edge(ports);
    // More than the sockets' buffers hold; forwarded, though no frame.
    for (let i = 0; i < 40; i++) await send('t', new Uint8Array(1_000_000));
    await send('f', features(sample(5)));
    expect((await next()).verdicts).toHaveLength(1);
    await until(async () => /^ddnn_mqtt_cut_off_total\S* 1$/m.test(await metrics()));
    // A paused socket notices its end only when it is read.
    let read = 0;
    viewer.on('data', (chunk) => {
      read += chunk.length;
    });
    await gone;
    expect(read).toBeLessThan(40_000_000);
  });
});
