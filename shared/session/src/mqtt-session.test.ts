import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { open, sockets, startBroker, startSession, until } from '../test/broker.js';

const said = (broker: { published: { topic: string; payload: string | Buffer }[] }) =>
  broker.published.map(({ topic, payload }) => `${topic} ${payload}`);
const offline = Buffer.from('offline');

describe('a session', () => {
  it('is connected once it is subscribed, carries messages both ways, and says offline at the end', async () => {
    const broker = await startBroker();
    const { session, events } = startSession(broker.port);
    expect(session.publish('up', Buffer.from('too early'), 1)).toBe(false);
    expect(session.ready).toBe('not connected to the edge: connecting');
    await until(() => session.connected);
    expect(session.ready).toBe(true);
    expect(session.publish('up', Buffer.from('a'), 1)).toBe(true);
    await broker.publish('down', 'b');
    await until(() => events.length === 2);
    expect(session.socketBytes).toBeGreaterThan(30);
    await session.stop(offline);
    expect(events).toEqual(['connected', 'down b', 'disconnected']);
    expect(said(broker).slice(0, 2)).toEqual(['up a', 'status offline']);
    expect(broker.published[1]).toMatchObject({ qos: 1, retain: true });
    expect(session.publish('up', Buffer.from('too late'), 1)).toBe(false);
    const { socketBytes } = session;
    await session.stop(offline);
    expect(session.socketBytes).toBe(socketBytes);
  });

  it.each([2, 3, 4, 5])('tries again after a refusal with return code %i, and says why', async (code) => {
    const broker = await startBroker();
    broker.refusal = code;
    const { session, events, lines } = startSession(broker.port);
    await until(() => lines.length > 0);
    expect(session.ready).toMatch(new RegExp(`^not connected to the edge: refused: .* \\(return code ${code}\\)$`));
    broker.refusal = 0;
    await until(() => session.connected);
    expect(events.filter((event) => event !== 'taken')).toEqual(['connected']);
  });

  it('tries again where its subscriptions are refused', async () => {
    const broker = await startBroker();
    broker.refusesSubscriptions = true;
    const { session, events, lines } = startSession(broker.port);
    await until(() => broker.admitted > 2);
    expect(events).toEqual([]);
    expect(lines).toEqual(['no connection to the edge: a subscription was refused']);
    broker.refusesSubscriptions = false;
    await until(() => session.connected);
  });

  it('tries again where the other side is no broker, closes, or talks nonsense', async () => {
    let answer: (socket: Socket) => void = (socket) => socket.destroy();
    let dialled = 0;
    const server = createServer((socket) => {
      dialled++;
      socket.on('error', () => {}).resume();
      answer(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    open.push(async () => void server.close());
    const { session, lines } = startSession(port);
    await until(() => dialled > 2);
    answer = (socket) => socket.end(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
    const before = dialled;
    await until(() => dialled > before + 2);
    expect(lines[0]).toBe('no connection to the edge: the other side closed the connection');
    expect(lines[1]).toMatch(/^no connection to the edge: .*/);
    await new Promise((resolve) => server.close(resolve));
    const broker = await startBroker(port);
    await until(() => session.connected);
    expect(broker.admitted).toBe(1);
  });

  it('tells a reason once and not with every try, and again when it changes', async () => {
    const broker = await startBroker();
    const { session, lines } = startSession(broker.port);
    await until(() => session.connected);
    await broker.stop();
    await until(() => String(session.ready).includes('ECONNREFUSED'));
    const again = await startBroker(broker.port);
    again.refusal = 5;
    await until(() => String(session.ready).includes('return code 5'));
    await until(() => again.refused > 10);
    expect(lines).toEqual([
      expect.stringContaining('no connection to the edge: the other side closed the connection'),
      'no connection to the edge: no broker listens there (ECONNREFUSED)',
      'no connection to the edge: refused: not authorized, or wrong name or password (return code 5)',
    ]);
  });

  it('sends nothing of an old connection again, and counts the bytes of all of them', async () => {
    const broker = await startBroker();
    const { session, events } = startSession(broker.port);
    await until(() => session.connected);
    const before = session.socketBytes;
    broker.cut();
    session.publish('up', Buffer.from('lost'), 1);
    await until(() => events.filter((event) => event === 'connected').length === 2);
    session.publish('up', Buffer.from('new'), 1);
    await until(() => said(broker).includes('up new'));
    expect(events).toEqual(['connected', 'disconnected', 'connected']);
    expect(said(broker).filter((text) => text.startsWith('up'))).toEqual(['up new']);
    expect(session.socketBytes).toBeGreaterThan(before * 1.5);
  });

  it('tells that its name is taken after several refusals in a row, and goes on trying', async () => {
    const broker = await startBroker();
    broker.refusal = 2;
    const { session, events } = startSession(broker.port);
    await until(() => events.length > 0);
    expect(events).toEqual(['taken']);
    expect(session.ready).toContain('another process is connected under this name (return code 2)');
    broker.refusal = 0;
    await until(() => session.connected);
    expect(events).toEqual(['taken', 'connected']);
  });

  it('stops at once before it ever connected, while it connects, and while it waits, and leaves nothing open', async () => {
    const before = await sockets();
    const silent = createServer((socket) => socket.on('error', () => {}).resume());
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const connecting = startSession(port);
    await once(silent, 'connection');
    await connecting.session.stop(offline);
    await new Promise((resolve) => silent.close(resolve));
    const waiting = startSession(port, { reconnectMs: 60_000 });
    await until(() => waiting.lines.length > 0);
    await waiting.session.stop(offline);
    expect([...connecting.events, ...waiting.events]).toEqual([]);
    expect(await sockets()).toEqual(before);
  });

  it('leaves the last word to its will where the link is dead, and stops all the same', async () => {
    const broker = await startBroker();
    const { session } = startSession(broker.port);
    await until(() => session.connected);
    broker.cut();
    await session.stop(offline);
    await until(() => said(broker).includes('status will'));
  });
});
