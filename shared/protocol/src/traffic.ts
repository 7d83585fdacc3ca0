import { Reader, Writer } from './cursor.js';
import { checkHeader, HEADER_BYTES, writeHeader } from './frame.js';

/**
 * Bytes that crossed a tier since the edge started. `wire` counts whole MQTT packets. `payload` counts between device
 * and edge the scores and features alone, as the paper's formula does (equation 1): no header, slot or mark, and
 * nothing for an absent view; between edge and cloud the payloads of the packets.
 */
export interface LinkBytes {
  /** Payload of sample traffic towards the upper tier. */
  readonly payloadUp: number;
  /** Whole packets of sample traffic towards the upper tier. */
  readonly wireUp: number;
  /** Whole packets of sample traffic towards the lower tier. */
  readonly wireDown: number;
  /** Packets of the session: connect, subscribe, status, clock, ping; both ways. */
  readonly session: number;
}

/**
 * What an edge has counted: its link to the cloud, and its link to each device.
 *
 *     +-------------------------------+
 *     |         samples, u48          |
 *     +-------------------------------+
 *     ~            uplink             ~   payload up, wire up, wire down, session: u48 each
 *     +-------------------------------+
 *     |          devices, u8          |
 *     +-------------------------------+
 *     |           view, u8            |   of each device
 *     +-------------------------------+
 *     ~           its link            ~   as the uplink
 *     +-------------------------------+
 */
export interface Traffic {
  /** Samples answered or sent up by this edge. */
  readonly samples: number;
  readonly uplink: LinkBytes;
  readonly devices: ReadonlyArray<LinkBytes & { readonly view: number }>;
}

const LINK_BYTES = 24;

/** Traffic (edge → cloud). Throws {@link FrameError} `DDNN_FRAME_VALUE`. */
export function encodeTraffic(epoch: number, { samples, uplink, devices }: Traffic): Uint8Array {
  const size = HEADER_BYTES + 6 + LINK_BYTES + 1 + devices.length * (1 + LINK_BYTES);
  const writer = new Writer(size, HEADER_BYTES);
  writeHeader(writer.bytes, 'traffic', epoch);
  writer.u48(samples, 'samples');
  writeLink(writer, uplink);
  writer.u8(devices.length, 'devices');
  for (const device of devices) {
    writer.u8(device.view, 'view');
    writeLink(writer, device);
  }
  return writer.bytes;
}

/** Decodes a traffic report. */
export function decodeTraffic(bytes: Uint8Array): Traffic {
  checkHeader(bytes, 'traffic');
  const reader = new Reader(bytes, HEADER_BYTES);
  const samples = reader.u48('samples');
  const uplink = readLink(reader);
  const devices = Array.from({ length: reader.u8('devices') }, () => ({
    view: reader.u8('view'),
    ...readLink(reader),
  }));
  reader.end();
  return { samples, uplink, devices };
}

function writeLink(writer: Writer, link: LinkBytes): void {
  writer.u48(link.payloadUp, 'payload up');
  writer.u48(link.wireUp, 'wire up');
  writer.u48(link.wireDown, 'wire down');
  writer.u48(link.session, 'session');
}

function readLink(reader: Reader): LinkBytes {
  return {
    payloadUp: reader.u48('payload up'),
    wireUp: reader.u48('wire up'),
    wireDown: reader.u48('wire down'),
    session: reader.u48('session'),
  };
}
