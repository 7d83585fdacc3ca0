import type { DirectTopic } from './direct-topic.js';

/** A message as it reaches {@link Access.take}. */
export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
}

/** What a client may do with a topic: nothing, publish, or publish and have the message retained. */
export type PublishRight = 'none' | 'plain' | 'retained';

/** Who may do what; everything else is denied. `Identity` is whatever the room uses to know a client. */
export interface Access<Identity> {
  /** The identity behind those credentials, or undefined: refused (MQTT 3.1.1, 3.2.2.3: return code 5). */
  admit(username: string | undefined, password: Uint8Array | undefined): Identity | undefined;
  /**
   * The name under which an identity may be connected only once: a second connection is refused while the first lives.
   * Undefined: a viewer; there may be as many viewers as places are left. Without this method every client is a viewer.
   */
  nameOf?(identity: Identity): string | undefined;
  /**
   * Asked at CONNECT about the topic of a last will, and about messages with the retain flag. The flag is removed
   * unless the answer is *retained*.
   */
  publishRight(identity: Identity, topic: string): PublishRight;
  /**
   * Takes a published message. An error closes the publisher's connection, as for a topic that does not belong to it. A
   * QoS 1 message is acknowledged only after this has returned or its promise has resolved: what must be durable is
   * written here. Returning false, or a promise of it: the message must not be retained, whatever its retain flag says.
   * Returning `unacknowledged`: it could not be made durable, so there is no PUBACK, but its sender stays connected.
   */
  take(identity: Identity, message: Message): unknown;
  maySubscribe(identity: Identity, filter: string): boolean;
  /** The direct topic of this client, if it has one: taken straight from its socket, without Aedes. */
  direct?(identity: Identity): DirectTopic | undefined;
  /** A client's connection is gone. `bytes`: all that crossed its socket. */
  onGone?(identity: Identity, bytes: number): void;
}
