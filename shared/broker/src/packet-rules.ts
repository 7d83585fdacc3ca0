import { PacketFault } from './packet-fault.js';
import { PacketFields } from './packet-fields.js';
import type { PacketIds } from './packet-ids.js';

/** Control packet types (MQTT 3.1.1, 2.2.1). */
export const Type = {
  connect: 1,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  unsubscribe: 10,
  pingreq: 12,
  disconnect: 14,
} as const;
/** Level by protocol name: MQTT 3.1.1, and 3.1 under its own name. */
const LEVELS: Readonly<Record<string, number>> = { MQTT: 4, MQIsdp: 3 };

/**
 * Checks what MQTT 3.1.1 demands of a client's packets and Aedes' parser does not check. The parser itself refuses the
 * rest: wrong reserved flags, QoS 3, impossible lengths.
 */
export class PacketRules {
  readonly #ids: PacketIds;
  /** The parts so far of a packet that has not come completely. */
  readonly #parts: Uint8Array[] = [];

  constructor(ids: PacketIds) {
    this.#ids = ids;
  }

  /** Takes a packet, or the next part of one. `whole`: it ends here, and its type is returned. @throws PacketFault */
  see(part: Uint8Array, whole: boolean): number | undefined {
    if (!whole) {
      this.#parts.push(part);
      return undefined;
    }
    const packet = this.#parts.length > 0 ? Buffer.concat([...this.#parts.splice(0), part]) : part;
    this.#check(packet);
    return packet[0] >> 4;
  }

  #check(packet: Uint8Array): void {
    let at = 1;
    while (packet[at++] > 127);
    const fields = new PacketFields(packet, at);
    switch (packet[0] >> 4) {
      case Type.connect:
        checkConnect(fields);
        break;
      case Type.publish:
        checkPublish(fields, packet[0]);
        break;
      case Type.subscribe:
        checkFilters(fields, true);
        break;
      case Type.unsubscribe:
        checkFilters(fields, false);
        break;
      case Type.puback:
      case Type.pubcomp:
        this.#ids.free(fields.number());
        fields.end();
        break;
      case Type.pubrec:
      case Type.pubrel:
        fields.number();
        fields.end();
        break;
      case Type.pingreq:
      case Type.disconnect:
        fields.end();
    }
  }
}

function checkConnect(fields: PacketFields): void {
  const name = fields.word();
  const level = fields.byte();
  if (!Object.hasOwn(LEVELS, name)) throw new PacketFault('another protocol than MQTT');
  // Another version may have other fields from here on.
  if (level !== LEVELS[name]) throw PacketFault.level(level);
  const flags = fields.byte();
  const [hasWill, hasUser, hasPassword] = [flags & 0x04, flags & 0x80, flags & 0x40];
  if (flags & 0x01) throw new PacketFault('a reserved flag');
  if (!hasWill && flags & 0x38) throw new PacketFault('QoS or retain flag of a will that is not there');
  if ((flags & 0x18) === 0x18) throw new PacketFault('a will of QoS 3');
  if (hasPassword && !hasUser) throw new PacketFault('a password without a user name');
  fields.number();
  fields.text();
  if (hasWill) {
    fields.topic();
    fields.binary();
  }
  if (hasUser) fields.text();
  if (hasPassword) fields.binary();
  fields.end();
}

function checkPublish(fields: PacketFields, header: number): void {
  const qos = (header >> 1) & 3;
  if (qos === 0 && header & 0x08) throw new PacketFault('QoS 0, and sent again');
  fields.topic();
  if (qos > 0) fields.id();
}

function checkFilters(fields: PacketFields, withQos: boolean): void {
  fields.id();
  do {
    fields.filter();
    if (withQos) fields.byte();
  } while (!fields.atEnd);
}
