import { IntegerSetting as Bound } from '@ddnn/process';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';

/** Settings of a listener that an edge and a cloud share, to be spread into theirs. */
export const listenerSettings = {
  maxPending: Bound(64, 1, 65_535, 'connections that have not said who they are; the oldest makes room'),
  connectTimeoutMs: Bound(5_000, 100, 60_000, 'a connection that has not said who it is for so long is closed'),
  takeoverMs: Bound(2_000, 100, 60_000, 'a connection that is silent for so long gives way to a second of its name'),
  maxFilters: Bound(64, 1, 10_000, 'topic filters of one client; further ones are refused'),
  maxFilterBytes: Bound(256, 16, 65_535, 'bytes of a topic filter; a longer one is refused'),
  maxQueuedBytes: Bound(
    1_048_576,
    65_536,
    1_073_741_824,
    'bytes that wait for one client to read; QoS 0 messages beyond it are dropped, others cut it off',
  ),
};

const schema = Type.Object(listenerSettings);

/** Where to listen, and within which bounds. What is left out has the default of {@link listenerSettings}. */
export interface MqttListenerOptions extends Partial<Static<typeof schema>> {
  readonly host: string;
  readonly port: number;
  /** Path of the setting with the port, for the message when the port is taken. */
  readonly setting: string;
  /** Path of the setting with the host, where it is not beside the port. */
  readonly hostSetting?: string;
  readonly maxPacketBytes: number;
  /** Clients at once. */
  readonly maxConnections: number;
  /** Of those, places that no viewer takes: one for each name that may connect. */
  readonly reservedConnections?: number;
  /** A client that reads nothing for this long, although something waits for it, is cut off. */
  readonly drainTimeoutMs: number;
}

/** Every bound of a listener. */
export type ListenerBounds = Required<Omit<MqttListenerOptions, 'hostSetting'>> &
  Pick<MqttListenerOptions, 'hostSetting'>;

/** Fills in the defaults. */
export function withDefaults(options: MqttListenerOptions): ListenerBounds {
  return { reservedConnections: 0, ...Value.Create(schema), ...options };
}
