import { FrameError, type FrameKindName } from '@ddnn/protocol';
import { decoders, partDecoders, placed, said } from '../../shared/protocol/test/decoders.js';
import type { FrameInput } from './frames.js';
import { refusal } from './refusal.js';

const parts = Object.values(partDecoders);
let turn = 0;

/**
 * A frame is refused with a {@link FrameError}, or it is what its encoder writes, byte for byte, wherever it stands.
 * Says which. What else reads such bytes throws nothing else either, and says no more than there is.
 */
export function checkFrame({ kind, bytes, whole }: FrameInput): string {
  const before = bytes.slice();
  const [alone, among] = [...placed(bytes)].map((there) => outcome(kind, there));
  if (alone !== among) throw new Error(`"${alone}" alone, "${among}" among others`);
  if (whole && alone !== 'taken') throw new Error(`a whole frame is refused: ${alone}`);
  // One of those that read parts of frames, each in its turn.
  turn = (turn + 1) % parts.length;
  const { length } = said(parts[turn], bytes);
  if (length > 300 + 10 * bytes.length) throw new Error(`${length} characters are said of ${bytes.length} bytes`);
  if (Buffer.compare(bytes, before) !== 0) throw new Error('the decoder has changed the frame');
  return `${kind}: ${alone}`;
}

function outcome(kind: FrameKindName, bytes: Uint8Array): string {
  let again: () => Uint8Array;
  try {
    again = decoders[kind](bytes);
  } catch (error) {
    return refusal(error, FrameError);
  }
  const written = again();
  if (Buffer.compare(written, bytes) !== 0) throw new Error(`what was decoded encodes to [${written}]`);
  return 'taken';
}
