import { type Access, MqttListener, type MqttListenerOptions } from '@ddnn/broker';
import { createLogger } from '@ddnn/process';
import type { IConnectPacket } from 'mqtt-packet';
import { afterEach } from 'vitest';
import { connectPacket, publish, subscribe } from './packets.js';
import { type Part, RawClient } from './raw-client.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
/** To be closed after the test. */
export const later = (close: () => unknown) => void closing.push(close);

/** Anybody may do anything, but for the user `stranger`, the topic `no` and the filter `private`. */
const everything: Access<string> = {
  admit: (username) => (username === 'stranger' ? undefined : (username ?? '')),
  publishRight: () => 'retained',
  take: (_, { topic }) => {
    if (topic === 'no') throw new Error('not allowed');
  },
  maySubscribe: (_, filter) => filter !== 'private',
};

/** What a reader waits for, to know that nothing more comes. At QoS 1, for a message at QoS 0 may overtake others. */
export const end = publish('end', '', { qos: 1, messageId: 65_000 });

/** How tests speak to a listener, whoever has it. */
export function clientsOf(port: number) {
  const tcp = async () => {
    const client = await RawClient.open(port);
    later(() => client.cut());
    return client;
  };
  const join = async (changes: Partial<IConnectPacket> = {}) => {
    const client = await tcp();
    client.send(connectPacket(changes));
    const connack = await client.next('connack');
    return { client, connack };
  };
  const client = async (changes: Partial<IConnectPacket> = {}) => (await join(changes)).client;
  /** A client that has subscribed. */
  const reader = async (...filters: readonly (readonly [string, 0 | 1 | 2])[]) => {
    const subscriber = await client({ clientId: 'reader' });
    subscriber.send(subscribe(1, ...filters));
    await subscriber.next('suback');
    return subscriber;
  };
  /** What a client is told that says this, before its connection is closed. */
  const toldAt = async (...parts: Part[]) => {
    const offender = await client();
    offender.send(...parts);
    return offender.closed();
  };
  /** The same of the first that somebody says. */
  const toldFirst = async (...parts: Part[]) => {
    const stranger = await tcp();
    stranger.send(...parts);
    return stranger.closed();
  };
  return { tcp, join, client, reader, toldAt, toldFirst };
}

/** A listener without rules of ours: the bare server, as a clause speaks of it. */
export async function openListener(options: Partial<MqttListenerOptions> = {}, access: Partial<Access<string>> = {}) {
  const bounds = { maxPacketBytes: 300_000, maxConnections: 100, drainTimeoutMs: 60_000, ...options };
  const listener = new MqttListener(
    { host: '127.0.0.1', port: 0, setting: 'mqtt.port', ...bounds },
    { ...everything, ...access },
    createLogger({ name: 'conformance', level: 'silent' }),
  );
  const port = await listener.start();
  later(() => listener.stop());
  const clients = clientsOf(port);
  /** Everything that `#` hears while `act` has its way; `end` marks the end of it. */
  const heardOf = async (act: (publisher: RawClient) => unknown, qos: 0 | 1 | 2 = 2) => {
    const reader = await clients.reader(['#', qos]);
    const publisher = await clients.client({ clientId: 'publisher' });
    await act(publisher);
    publisher.send(end);
    return reader.heardUntil('end');
  };
  return { ...clients, listener, port, heardOf };
}
