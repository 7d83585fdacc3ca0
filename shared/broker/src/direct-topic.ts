/**
 * A topic of one client whose messages the room takes straight from the socket's bytes, because the client sends many
 * of them a second. Only plain messages come this way (QoS 0 or 1, not retained, not sent again). Every other message
 * of the topic reaches {@link Access.take}, so both must handle a message in the same way.
 */
export interface DirectTopic {
  readonly topic: string;
  /** A longer payload goes through Aedes, where the rules refuse it. At most 16,000. */
  readonly maxPayloadBytes: number;
  /**
   * Takes the message whose payload is in `bytes` from `offset` on; after the call the bytes are reused. `now`: a
   * monotonic time in ms, one for all messages that arrived together. An error closes the connection. At QoS 1 the
   * PUBACK follows at once, so nothing that must be durable may come this way.
   */
  take(bytes: Uint8Array, offset: number, length: number, qos: 0 | 1, now: number): void;
}
