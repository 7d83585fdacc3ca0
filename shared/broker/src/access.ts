import type { DirectTopic } from './direct-topic.js';

/** A message as it reaches {@link Access.take}. */
export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
}

/** What a client may do with a topic: not publish on it, publish, or publish what is kept for later subscribers too. */
export type PublishRight = 'none' | 'plain' | 'retained';

/** Who may do what; everything else is denied. `Identity` is whatever the room knows a client by. */
export interface Access<Identity> {
  /** The identity behind those credentials, or undefined: refused (MQTT 3.1.1, 3.2.2.3: return code 5). */
  admit(username: string | undefined, password: Uint8Array | undefined): Identity | undefined;
  /**
   * The name under which an identity is connected once at most: a second connection is refused while the first lives.
   * Undefined: a viewer, of which there are as many as places are left. Without this method everybody is a viewer.
   */
  nameOf?(identity: Identity): string | undefined;
  /**
   * Asked at CONNECT about the topic of a last will, and about messages with the retain flag, which is taken off unless
   * the answer is *retained*.
   */
  publishRight(identity: Identity, topic: string): PublishRight;
  /**
   * Takes a published message. An error closes the publisher's connection, as for a topic that is not its own. A QoS 1
   * message is acknowledged only once this has returned or its promise resolved: what must be durable is written here.
   * Returning false, or a promise of it: the message is not worth keeping, whatever its retain flag says. Returning
   * `unacknowledged`: it could not be made durable, so it gets no PUBACK, and its sender stays connected.
   */
  take(identity: Identity, message: Message): unknown;
  maySubscribe(identity: Identity, filter: string): boolean;
  /** The topic of this client that is taken straight from its socket, past Aedes, where there is one. */
  direct?(identity: Identity): DirectTopic | undefined;
  /** A client's connection is gone. `bytes`: all that crossed its socket. */
  onGone?(identity: Identity, bytes: number): void;
}
