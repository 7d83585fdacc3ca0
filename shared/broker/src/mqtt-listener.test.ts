import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { gate, startListener as listener, open, until, wait } from '../test/listener-rig.js';

describe('listener', () => {
  it('refuses wrong credentials and admits the right ones', async () => {
    const { connect, listener: opened } = await listener();
    for (const password of ['wrong', '', 'secret2'])
      await expect(connect({ username: 'gate', password })).rejects.toMatchObject({ code: 5 });
    await connect(gate);
    await connect();
    expect(opened.connections).toBe(2);
  });

  it('closes the connection of whoever sends a packet that is too large, and no other', async () => {
    const { connect, taken } = await listener();
    const [large, other] = [await connect(gate), await connect()];
    await other.client.subscribeAsync('s/#');
    large.client.publish('s/0', Buffer.alloc(1001));
    await until(() => large.state.closed);
    await other.client.publishAsync('s/1', Buffer.alloc(900), { qos: 1 });
    await until(() => other.state.heard.length === 1);
    expect(taken).toEqual([['viewer', 's/1']]);
    expect(other.state.closed).toBe(false);
  });

  it('refuses shared subscriptions, $SYS and what the rules forbid, and grants the rest', async () => {
    const { connect } = await listener();
    const { client, state } = await connect();
    const grants: number[] = [];
    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'suback') grants.push(...(packet.granted as number[]));
    });
    for (const filter of ['$share/group/s/#', '$SYS/#', 'private', 's/#', '#'])
      await client.subscribeAsync(filter).catch(() => {});
    expect(grants).toEqual([128, 128, 128, 0, 0]);
    await client.publishAsync('s/0', 'x', { qos: 1 });
    await until(() => state.heard.length > 0);
    expect(new Set(state.heard)).toEqual(new Set(['s/0']));
  });

  it('closes the connection of a publisher that may not, before anybody hears of it', async () => {
    const { connect } = await listener();
    const [bad, viewer] = [await connect(gate), await connect()];
    await viewer.client.subscribeAsync('#');
    bad.client.publish('no', 'x');
    await until(() => bad.state.closed);
    await viewer.client.publishAsync('yes', 'x', { qos: 1 });
    await until(() => viewer.state.heard.length > 0);
    expect(viewer.state.heard).toEqual(['yes']);
  });

  it('acknowledges only once the message was taken', async () => {
    let release = () => {};
    const { connect } = await listener(
      {},
      {
        take: () =>
          new Promise<void>((resolve) => {
            release = resolve;
          }),
      },
    );
    const { client } = await connect(gate);
    let acknowledged = false;
    const done = client.publishAsync('s/0', 'x', { qos: 1 }).then(() => {
      acknowledged = true;
    });
    await wait(50);
    expect(acknowledged).toBe(false);
    release();
    await done;
  });

  it('sends no PUBACK for what could not be made durable, and keeps its sender', async () => {
    const { connect } = await listener({}, { take: async (_, { topic }) => topic === 's/0' && 'unacknowledged' });
    const { client, state } = await connect(gate);
    const acknowledged: string[] = [];
    client.publish('s/0', 'x', { qos: 1 }, () => acknowledged.push('s/0'));
    // Taken in order, so the first would have its PUBACK before the second.
    await client.publishAsync('s/1', 'x', { qos: 1 });
    expect(acknowledged).toEqual([]);
    expect(state.closed).toBe(false);
  });

  it('keeps no session and no queue for who is away', async () => {
    const { connect } = await listener();
    const away = await connect({ clientId: 'away', clean: false });
    await away.client.subscribeAsync('s/#', { qos: 1 });
    await away.client.endAsync();
    const other = await connect();
    await other.client.publishAsync('s/0', 'x', { qos: 1 });
    const back = await connect({ clientId: 'away', clean: false });
    await other.client.publishAsync('s/1', 'x', { qos: 1 });
    await wait(50);
    expect(back.state.heard).toEqual([]);
  });

  it('hands a last will to the rules under its client’s name, and counts the bytes of the socket', async () => {
    const { connect, taken, gone, listener: opened } = await listener();
    const will = { topic: 'i/gate', payload: Buffer.from('bye'), qos: 1 as const, retain: true };
    const { client } = await connect({ ...gate, will });
    const before = opened.socketBytes((name) => name === 'gate');
    expect(before).toBeGreaterThan(20);
    client.stream.destroy();
    await until(() => gone.length === 1);
    expect(taken).toEqual([['gate', 'i/gate']]);
    expect(gone).toEqual([['gate', before]]);
    expect([opened.connections, opened.socketBytes(() => true)]).toEqual([0, 0]);
  });

  it('stops at once though somebody connected and says nothing', async () => {
    const { listener: opened, tcp, connect } = await listener({ connectTimeoutMs: 3_600_000 });
    const silent = await tcp();
    const { state } = await connect();
    const closed = new Promise((resolve) => silent.once('close', resolve));
    await opened.stop();
    await closed;
    await until(() => state.closed);
    await opened.stop();
  });

  it('names the setting where its port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as { port: number };
    await expect(listener({ port })).rejects.toMatchObject({
      code: 'DDNN_PROCESS_PORT_IN_USE',
      message: expect.stringContaining('mqtt.port'),
    });
  });
});
