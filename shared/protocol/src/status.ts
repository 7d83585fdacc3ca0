import { Reader, textBytes, Writer } from './cursor.js';
import { invalid } from './errors.js';
import { checkHeader, frameEpoch, HEADER_BYTES, writeHeader } from './frame.js';
import { MAX_VIEWS } from './limits.js';

/** *unfit*: the device is alive, but its bundle is not the one in service, so it takes no part. */
export type StatusState = 'offline' | 'online' | 'unfit';
const states: readonly StatusState[] = ['offline', 'online', 'unfit'];

/**
 * What a device or an edge reports about itself, retained on its status topic. It is also its last will (offline).
 *
 *       7   6   5   4   3   2   1   0
 *     +-------------------------------+
 *     |             state             |   0 offline, 1 online, 2 unfit
 *     +-------------------------------+
 *     |             view              |   0 to 31; 255: an edge
 *     +-------------------------------+
 *     |             views             |
 *     +-------------------------------+
 *     |            classes            |
 *     +-------------------------------+
 *     |          score bytes          |
 *     +-------------------------------+
 *     |      feature bytes, u32       |
 *     +-------------------------------+
 *     |         slot ms, u32          |
 *     +-------------------------------+
 *     ~     SHA-256 of the bundle     ~   32 bytes
 *     +-------------------------------+
 *     |            length             |
 *     +-------------------------------+
 *     ~       version, UTF-8          ~
 *     +-------------------------------+
 */
export interface Status {
  readonly state: StatusState;
  /** The view that this device is, or {@link NO_VIEW} for an edge. */
  readonly view: number;
  readonly views: number;
  readonly classes: number;
  /** Bytes of one view's scores: 0 where the bundle has no local exit. */
  readonly scoreBytes: number;
  /** Bytes of one view's features. */
  readonly featureBytes: number;
  /** Milliseconds between two slots; 0: samples are triggered from outside and slots merely count them. */
  readonly slotMs: number;
  /** SHA-256 of the bundle (32 bytes) that belongs to the epoch in the header. */
  readonly bundle: Uint8Array;
  /** Software version. */
  readonly version: string;
}

/** The value of `view` in the status of an edge. */
export const NO_VIEW = 255;

const BUNDLE_BYTES = 32;
const FIXED_BYTES = HEADER_BYTES + 1 + 4 + 4 + 4 + BUNDLE_BYTES;

/** Encodes a status. Throws {@link FrameError} `DDNN_FRAME_VALUE`. */
export function encodeStatus(epoch: number, status: Status): Uint8Array {
  const writer = new Writer(FIXED_BYTES + textBytes(status.version), HEADER_BYTES);
  writeHeader(writer.bytes, 'status', epoch);
  writer.u8(states.indexOf(status.state), 'state');
  checkViews(status.view, status.views);
  writer.u8(status.view, 'view');
  writer.u8(status.views, 'views');
  writer.u8(status.classes, 'classes');
  writer.u8(status.scoreBytes, 'score bytes');
  writer.u32(status.featureBytes, 'feature bytes');
  writer.u32(status.slotMs, 'slot ms');
  if (status.bundle.length !== BUNDLE_BYTES) {
    throw invalid(`a bundle hash of ${status.bundle.length} bytes`, writer.offset);
  }
  writer.raw(status.bundle);
  writer.text(status.version, 'version');
  return writer.bytes;
}

/** Decodes a status and the epoch in its header. */
export function decodeStatus(bytes: Uint8Array): Status & { readonly epoch: number } {
  checkHeader(bytes, 'status');
  const reader = new Reader(bytes, HEADER_BYTES);
  const state = states[reader.u8('state')];
  if (!state) throw invalid(`unknown state ${bytes[HEADER_BYTES]}`, HEADER_BYTES);
  const status = {
    epoch: frameEpoch(bytes),
    state,
    view: reader.u8('view'),
    views: reader.u8('views'),
    classes: reader.u8('classes'),
    scoreBytes: reader.u8('score bytes'),
    featureBytes: reader.u32('feature bytes'),
    slotMs: reader.u32('slot ms'),
    bundle: reader.bytes(BUNDLE_BYTES, 'bundle hash').slice(),
    version: reader.text('version'),
  };
  reader.end();
  checkViews(status.view, status.views);
  return status;
}

/** A view beyond {@link MAX_VIEWS} would set the bit of another view in a presence mask. */
function checkViews(view: number, views: number): void {
  if (view >= MAX_VIEWS && view !== NO_VIEW) {
    throw invalid(`view ${view} is not below ${MAX_VIEWS}`, HEADER_BYTES + 1);
  }
  if (views > MAX_VIEWS) {
    throw invalid(`${views} views are more than ${MAX_VIEWS}`, HEADER_BYTES + 2);
  }
}
