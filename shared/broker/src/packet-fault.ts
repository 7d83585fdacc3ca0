/** CONNACK, no session present, unacceptable protocol version (MQTT 3.1.1, 3.2.2.3). */
const UNACCEPTABLE_LEVEL = Uint8Array.of(0x20, 2, 0, 1);

/** A packet that MQTT 3.1.1 forbids: its connection is closed. */
export class PacketFault extends Error {
  override readonly name = 'PacketFault';
  /** A packet for its sender, sent before the connection is closed. */
  readonly answer: Uint8Array | undefined;

  constructor(message: string, answer?: Uint8Array) {
    super(message);
    this.answer = answer;
  }

  /** A CONNECT in a version of MQTT that the listener does not support. */
  static level(level: number): PacketFault {
    return new PacketFault(`protocol level ${level}`, UNACCEPTABLE_LEVEL);
  }
}
