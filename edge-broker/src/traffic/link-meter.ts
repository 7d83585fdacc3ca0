import { type LinkBytes, PUBACK_BYTES, publishBytes } from '@ddnn/protocol';

interface Link {
  payloadUp: number;
  wireUp: number;
  wireDown: number;
}

/** Which way a packet went: towards the cloud, or away from it. */
export type Direction = 'up' | 'down';

/** Counts the sample traffic of one link: whole MQTT packets with their acknowledgements, and the payload in them. */
export class LinkMeter {
  readonly #link: Link = { payloadUp: 0, wireUp: 0, wireDown: 0 };

  /** Counts the packet of one PUBLISH; at QoS 1 its PUBACK goes the other way. */
  count(direction: Direction, topicBytes: number, payloadBytes: number, qos: number): void {
    const packet = publishBytes(topicBytes, payloadBytes, qos);
    const acknowledgement = qos > 0 ? PUBACK_BYTES : 0;
    if (direction === 'up') {
      this.#link.wireUp += packet;
      this.#link.wireDown += acknowledgement;
    } else {
      this.#link.wireDown += packet;
      this.#link.wireUp += acknowledgement;
    }
  }

  /** Which bytes of a packet towards the upper tier count as payload: see {@link LinkBytes}. */
  countPayload(bytes: number): void {
    this.#link.payloadUp += bytes;
  }

  /** What was counted. All other bytes on the socket count as session: connect, status, clock, ping. */
  read(socketBytes: number): LinkBytes {
    const { payloadUp, wireUp, wireDown } = this.#link;
    return { payloadUp, wireUp, wireDown, session: Math.max(0, socketBytes - wireUp - wireDown) };
  }
}
