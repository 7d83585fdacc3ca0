import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createLogger } from '@ddnn/process';
import { Aedes, type Client, type PublishPacket } from 'aedes';
import { afterEach } from 'vitest';
import { MqttSession, type SessionOptions } from '../src/mqtt-session.js';

export { until } from '@ddnn/process/testing';

export const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** Sockets and listeners of this process, once those that are closing are gone. */
export async function sockets(): Promise<string[]> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP'));
}

/** A real broker in the hands of the test. `refusal` is the return code of its next CONNACKs; 0 lets in. */
export async function startBroker(port = 0) {
  const aedes = await Aedes.createBroker();
  const broker = {
    port,
    refusal: 0,
    refusesSubscriptions: false,
    admitted: 0,
    refused: 0,
    clients: [] as Client[],
    published: [] as PublishPacket[],
    publish: (topic: string, payload: string) =>
      new Promise<void>((resolve) =>
        aedes.publish({ cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false }, () => resolve()),
      ),
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    stop: async () => {
      if (!server.listening) return;
      server.close();
      broker.cut();
      await once(server, 'close');
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
    },
  };
  aedes.authenticate = (client, _name, _password, done) => {
    if (broker.refusal > 0) {
      broker.refused++;
      return done(Object.assign(new Error('refused'), { returnCode: broker.refusal }), null);
    }
    broker.admitted++;
    broker.clients.push(client);
    return done(null, true);
  };
  aedes.authorizeSubscribe = (_client, subscription, done) =>
    done(null, broker.refusesSubscriptions ? null : subscription);
  aedes.on('publish', (packet, client) => {
    if (client) broker.published.push(packet as PublishPacket);
  });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    aedes.handle(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  broker.port = (server.address() as AddressInfo).port;
  open.push(broker.stop);
  return broker;
}

/** A session that is started, what it told, and the lines of its log. */
export function startSession(port: number, options: Partial<SessionOptions> = {}) {
  const events: string[] = [];
  const lines: string[] = [];
  const keep = (details: { err?: string }, text: string) => void lines.push(`${text}: ${details.err ?? ''}`);
  const logger = Object.assign(Object.create(createLogger({ name: 'session', level: 'silent' })), { warn: keep });
  const session = new MqttSession(
    {
      url: `mqtt://127.0.0.1:${port}`,
      peer: 'the edge',
      clientId: 'plaza/north',
      username: 'plaza/north',
      keepaliveSeconds: 15,
      reconnectMs: 10,
      maxReconnectMs: 20,
      filters: ['down'],
      statusTopic: 'status',
      ...options,
    },
    {
      onConnected: () => void events.push('connected'),
      onDisconnected: () => void events.push('disconnected'),
      onMessage: (topic, payload) => void events.push(`${topic} ${Buffer.from(payload)}`),
      onTaken: () => void events.push('taken'),
    },
    logger,
  );
  session.start(Buffer.from('will'));
  open.push(() => session.stop(Buffer.from('offline')));
  return { session, events, lines };
}
