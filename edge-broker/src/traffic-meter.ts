import { type LinkBytes, PUBACK_BYTES, publishBytes } from '@ddnn/protocol';

interface Link {
  payloadUp: number;
  wireUp: number;
  wireDown: number;
}

/** Which way a packet went: towards the cloud, or away from it. */
export type Direction = 'up' | 'down';

/** Counts the sample traffic of one link: payload, and whole MQTT packets with their acknowledgements. */
export class LinkMeter {
  readonly #link: Link = { payloadUp: 0, wireUp: 0, wireDown: 0 };

  /** One PUBLISH; at QoS 1 its PUBACK goes the other way. */
  count(direction: Direction, topicBytes: number, payloadBytes: number, qos: number): void {
    const packet = publishBytes(topicBytes, payloadBytes, qos);
    const acknowledgement = qos > 0 ? PUBACK_BYTES : 0;
    if (direction === 'up') {
      this.#link.payloadUp += payloadBytes;
      this.#link.wireUp += packet;
      this.#link.wireDown += acknowledgement;
    } else {
      this.#link.wireDown += packet;
      this.#link.wireUp += acknowledgement;
    }
  }

  /** What was counted. Whatever else crossed the socket is the session's: connect, status, clock, ping. */
  read(socketBytes: number): LinkBytes {
    const { payloadUp, wireUp, wireDown } = this.#link;
    return { payloadUp, wireUp, wireDown, session: Math.max(0, socketBytes - wireUp - wireDown) };
  }
}
