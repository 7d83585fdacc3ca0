import { FrameError, invalid } from './errors.js';
import { exitNames } from './verdict.js';

/** Bytes of an edge's answer. */
export const EDGE_ANSWER_BYTES = 6;

/**
 * What an edge answers to a sample, on a site with several edges (configuration f). *local*, *edge*: that exit is sure.
 * *fallback*: the best exit so far of an edge that is not sure and has no features to send.
 *
 *     +-------------------------------+
 *     |           exit, u8            |   0 local, 1 edge, 3 fallback
 *     +-------------------------------+
 *     |           class, u8           |
 *     +-------------------------------+
 *     |       uncertainty, f32        |
 *     +-------------------------------+
 */
export interface EdgeAnswer {
  readonly exit: 'local' | 'edge' | 'fallback';
  /** Index into the bundle's classes; `NO_CLASS` where no exit of this edge has answered. */
  readonly classIndex: number;
  /** Uncertainty of its exit, 0 (sure) to 1: a float32, because the cloud compares the values of several edges. */
  readonly uncertainty: number;
}

/** Writes an answer: the body of uplink features whose content is *answer*. */
export function encodeEdgeAnswer({ exit, classIndex, uncertainty }: EdgeAnswer): Uint8Array {
  const bytes = new Uint8Array(EDGE_ANSWER_BYTES);
  bytes[0] = exitNames.indexOf(exit);
  bytes[1] = classIndex;
  new DataView(bytes.buffer).setFloat32(2, uncertainty, true);
  return bytes;
}

/**
 * Reads an answer. `offset` is where it stands in its frame, for the error: {@link FrameError} `DDNN_FRAME_TRUNCATED`,
 * `_OVERSIZED` or `_VALUE`.
 */
export function decodeEdgeAnswer(body: Uint8Array, offset = 0): EdgeAnswer {
  if (body.length !== EDGE_ANSWER_BYTES) {
    const code = body.length < EDGE_ANSWER_BYTES ? 'DDNN_FRAME_TRUNCATED' : 'DDNN_FRAME_OVERSIZED';
    throw new FrameError(code, `an edge's answer of ${body.length} bytes`, offset + body.length);
  }
  const exit = exitNames[body[0]];
  if (exit === undefined || exit === 'cloud') {
    throw invalid(`an edge's answer of exit ${body[0]}`, offset);
  }
  const uncertainty = new DataView(body.buffer, body.byteOffset, body.byteLength).getFloat32(2, true);
  if (!(uncertainty >= 0 && uncertainty <= 1)) {
    throw invalid(`uncertainty ${uncertainty} is not within 0 and 1`, offset + 2);
  }
  return { exit, classIndex: body[1], uncertainty };
}
