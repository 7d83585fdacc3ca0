/**
 * A topic of one client whose messages the room takes straight from the socket's bytes: what a device sends many times
 * a second. Only plain messages come this way (QoS 0 or 1, neither retained nor sent again); every other one of the
 * same topic reaches {@link Access.take}, so both must do the same.
 */
export interface DirectTopic {
  readonly topic: string;
  /** A longer payload takes Aedes' way, where the rules refuse it. At most 16,000. */
  readonly maxPayloadBytes: number;
  /**
   * Takes the message whose payload stands in `bytes` from `offset` on; the bytes are another's after the call. `now`:
   * a monotonic time in ms, one for all messages that arrived together. An error closes the connection. At QoS 1 the
   * PUBACK follows, so nothing that must be durable may come this way.
   */
  take(bytes: Uint8Array, offset: number, length: number, qos: 0 | 1, now: number): void;
}
