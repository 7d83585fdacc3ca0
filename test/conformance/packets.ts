import type { IConnectPacket, IPublishPacket, ISubscribePacket, IUnsubscribePacket } from 'mqtt-packet';

/** A CONNECT of MQTT 3.1.1 with a clean session and no keep-alive, changed as told. */
export function connectPacket(changes: Partial<IConnectPacket> = {}): IConnectPacket {
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: 'raw',
    keepalive: 0,
    ...changes,
  };
}

export function publish(topic: string, payload = '', changes: Partial<IPublishPacket> = {}): IPublishPacket {
  return { cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false, ...changes };
}

/** A SUBSCRIBE to `[filter, QoS]` pairs. */
export function subscribe(messageId: number, ...filters: readonly (readonly [string, 0 | 1 | 2])[]): ISubscribePacket {
  return { cmd: 'subscribe', messageId, subscriptions: filters.map(([topic, qos]) => ({ topic, qos })) };
}

export function unsubscribe(messageId: number, ...filters: readonly string[]): IUnsubscribePacket {
  return { cmd: 'unsubscribe', messageId, unsubscriptions: [...filters] };
}

/** A field behind its length: two bytes, then the text or bytes. */
export function field(content: string | readonly number[]): readonly number[] {
  const bytes = [...Buffer.from(content as string)];
  return [bytes.length >> 8, bytes.length & 255, ...bytes];
}

/** A packet byte by byte: its first byte, its length, and what stands behind. At most 127 bytes. */
export function bytes(first: number, ...body: readonly number[]): readonly number[] {
  if (body.length > 127) throw new Error('the length has one byte here');
  return [first, body.length, ...body];
}

/** A CONNECT byte by byte: its flags, and the fields of its payload. */
export function connectBytes(flags: number, ...payload: readonly number[]): readonly number[] {
  return bytes(0x10, ...field('MQTT'), 4, flags, 0, 0, ...payload);
}
