import { connect as connectTcp } from 'node:net';
import { createLogger, type Logger } from '@ddnn/process';
import { until } from '@ddnn/process/testing';
import { afterEach } from 'vitest';
import type { Access, Message } from '../src/access.js';
import type { MqttListenerOptions } from '../src/listener-settings.js';
import { MqttListener } from '../src/mqtt-listener.js';
import { type IClientOptions, mqtt, mqttPacket } from './clients.js';

export { until };

export const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
export const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/**
 * A listener where `gate` has the password `secret`, `cam…` need none, anybody may look on, and nobody may publish on
 * `no`. Names are `gate` and those of cameras; everybody else is a viewer.
 */
export async function startListener(
  options: Partial<MqttListenerOptions> = {},
  access: Partial<Access<string>> = {},
  logger: Logger = createLogger({ name: 'test', level: 'silent' }),
) {
  const taken: [string, string][] = [];
  const gone: [string, number][] = [];
  const rules: Access<string> = {
    admit: (name, password) => {
      if (name === undefined) return 'viewer';
      if (name.startsWith('cam')) return name;
      return name === 'gate' && String(password) === 'secret' ? 'gate' : undefined;
    },
    nameOf: (identity) => (identity === 'viewer' ? undefined : identity),
    take: (identity: string, { topic }: Message) => {
      taken.push([identity, topic]);
      if (topic === 'no') throw new Error('not here');
    },
    publishRight: () => 'retained',
    maySubscribe: (_, filter) => filter !== 'private',
    onGone: (identity, bytes) => void gone.push([identity, bytes]),
    ...access,
  };
  const bounds = { maxPacketBytes: 1000, maxConnections: 10, takeoverMs: 200, drainTimeoutMs: 1000, ...options };
  const opened = new MqttListener({ host: '127.0.0.1', port: 0, setting: 'mqtt.port', ...bounds }, rules, logger);
  const port = await opened.start();
  open.push(() => opened.stop());
  const connect = async (given: IClientOptions = {}) => {
    const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, ...given });
    const state = { closed: false, heard: [] as string[] };
    client.on('close', () => {
      state.closed = true;
    });
    client.on('message', (topic) => state.heard.push(topic));
    open.push(() => client.endAsync(true));
    await new Promise((resolve, reject) => client.once('connect', resolve).once('error', reject));
    client.on('error', () => {});
    return { client, state };
  };
  /** A client that speaks bytes: answers to nothing, unless the test does. */
  const raw = async (changes: object = {}) => {
    const socket = await tcp();
    const packets: { cmd: string; returnCode?: number; granted?: number[] }[] = [];
    const parser = mqttPacket.parser();
    parser.on('packet', (packet) => packets.push(packet as never));
    socket.on('data', (bytes) => parser.parse(bytes));
    const state = { closed: false };
    socket.on('close', () => {
      state.closed = true;
    });
    socket.write(
      mqttPacket.generate({
        cmd: 'connect',
        clientId: 'raw',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        keepalive: 0,
        ...changes,
      } as never),
    );
    await until(() => packets.length > 0 || state.closed);
    return { socket, packets, state, code: packets[0]?.returnCode };
  };
  const tcp = async () => {
    const socket = connectTcp(port, '127.0.0.1');
    socket.on('error', () => {});
    open.push(async () => socket.destroy());
    await new Promise((resolve) => socket.once('connect', resolve));
    return socket;
  };
  return { listener: opened, port, connect, tcp, raw, taken, gone };
}

export const gate: IClientOptions = { username: 'gate', password: 'secret' };
