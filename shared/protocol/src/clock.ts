import { Reader, Writer } from './cursor.js';
import { checkHeader, HEADER_BYTES, writeHeader } from './frame.js';

/**
 * Clock (device → edge, and back with the edge's time). The edge is the clock of its site, because a Raspberry Pi has
 * no clock that runs while it is off. `asked` is the device's monotonic time in ms, returned unchanged; `edge` is the
 * edge's site time in Unix ms.
 *
 *     +-------------------------------+
 *     |          asked, f64           |
 *     +-------------------------------+
 *     |           edge, f64           |   in answers
 *     +-------------------------------+
 */
export interface ClockReading {
  readonly asked: number;
  readonly edge?: number;
}

/** Encodes either form. Throws {@link FrameError} `DDNN_FRAME_VALUE` for a time that is not finite. */
export function encodeClock(epoch: number, { asked, edge }: ClockReading): Uint8Array {
  const writer = new Writer(HEADER_BYTES + (edge === undefined ? 8 : 16), HEADER_BYTES);
  writeHeader(writer.bytes, 'clock', epoch);
  writer.f64(asked, 'asked');
  if (edge !== undefined) writer.f64(edge, 'edge');
  return writer.bytes;
}

/** Decodes either form. */
export function decodeClock(bytes: Uint8Array): ClockReading {
  checkHeader(bytes, 'clock');
  const reader = new Reader(bytes, HEADER_BYTES);
  const asked = reader.f64('asked');
  if (reader.left === 0) return { asked };
  const edge = reader.f64('edge');
  reader.end();
  return { asked, edge };
}
