import { FrameError } from './errors.js';
import { checkHeader, HEADER_BYTES, writeHeader } from './frame.js';
import { MAX_SLOT, SLOT_MODULUS, truncateSlot } from './slot.js';

/*
 * A coded summary: a run of consecutive slots, and what the score code makes of their scores.
 *
 *   first slot   u16   slot modulo 32,768; bit 15 is 0
 *   presence     u8 …  a bit a slot, lowest first, and a 1 behind the last; seven a byte, bit 7: another byte follows
 *   scores             to the end of the frame: one message of the score code for all present samples
 */

const PRESENCE_AT = HEADER_BYTES + 2;
const BITS = 7;

/**
 * Coded summary (device → edge) of slots `slot`, `slot` + 1, …: the same as a summary, shorter.
 *
 * @param present of each slot: false where the camera sees nothing
 * @param scores the message of the present ones' scores
 */
export function encodeCodedSummary(
  epoch: number,
  slot: number,
  present: readonly boolean[],
  scores: Uint8Array,
): Uint8Array {
  if (present.length === 0) {
    throw new FrameError('DDNN_FRAME_VALUE', 'a frame carries at least one sample', HEADER_BYTES);
  }
  if (!Number.isInteger(slot) || slot < 0 || slot + present.length - 1 > MAX_SLOT) {
    throw new FrameError('DDNN_FRAME_VALUE', `slot ${slot} is not an integer from 0 to ${MAX_SLOT}`, HEADER_BYTES);
  }
  const presenceBytes = Math.floor(present.length / BITS) + 1;
  const bytes = new Uint8Array(PRESENCE_AT + presenceBytes + scores.length);
  writeHeader(bytes, 'codedSummary', epoch);
  const short = truncateSlot(slot);
  bytes[HEADER_BYTES] = short & 255;
  bytes[HEADER_BYTES + 1] = short >> 8;
  for (let i = 0; i <= present.length; i++) {
    if (i === present.length || present[i]) bytes[PRESENCE_AT + Math.floor(i / BITS)] |= 1 << (i % BITS);
  }
  for (let i = 0; i < presenceBytes - 1; i++) bytes[PRESENCE_AT + i] |= 1 << BITS;
  bytes.set(scores, PRESENCE_AT + presenceBytes);
  return bytes;
}

/** Reads coded summaries, one after the other, without allocating: what it found stands until the next one. */
export class CodedSummaryReader {
  /** First slot, modulo 32,768. */
  shortSlot = 0;
  samples = 0;
  presentSamples = 0;
  /** Where the scores stand in the frame, up to its end. */
  scoresAt = 0;
  #bytes: Uint8Array = new Uint8Array(0);

  /** Throws {@link FrameError} `DDNN_FRAME_TRUNCATED`, `_OVERSIZED`, `_VALUE`, `_VERSION`, `_KIND` or `_EPOCH`. */
  read(bytes: Uint8Array, epoch: number | undefined, maxSamples: number): void {
    checkHeader(bytes, 'codedSummary', epoch);
    if (bytes.length <= PRESENCE_AT) {
      throw new FrameError('DDNN_FRAME_TRUNCATED', 'a coded summary frame without slot and presence', bytes.length);
    }
    this.shortSlot = bytes[HEADER_BYTES] | (bytes[HEADER_BYTES + 1] << 8);
    if (this.shortSlot >= SLOT_MODULUS) {
      throw new FrameError('DDNN_FRAME_VALUE', 'bit 15 of the slot is set', HEADER_BYTES + 1);
    }
    let at = PRESENCE_AT;
    while (bytes[at] >> BITS === 1) {
      at++;
      if (at === bytes.length) throw new FrameError('DDNN_FRAME_TRUNCATED', 'ends within the presence', at);
    }
    if (bytes[at] === 0) throw new FrameError('DDNN_FRAME_VALUE', 'a presence without its end', at);
    this.samples = (at - PRESENCE_AT) * BITS + 31 - Math.clz32(bytes[at]);
    if (this.samples === 0) throw new FrameError('DDNN_FRAME_VALUE', 'a coded summary of no sample', at);
    if (this.samples > maxSamples) {
      throw new FrameError('DDNN_FRAME_OVERSIZED', `a coded summary of more than ${maxSamples} samples`, at);
    }
    this.#bytes = bytes;
    this.scoresAt = at + 1;
    this.presentSamples = 0;
    for (let i = 0; i < this.samples; i++) if (this.present(i)) this.presentSamples++;
    if (this.presentSamples === 0 && this.scoresAt < bytes.length) {
      throw new FrameError('DDNN_FRAME_OVERSIZED', 'scores of views that see nothing', this.scoresAt);
    }
  }

  /** Whether the view saw something in the i-th slot. */
  present(i: number): boolean {
    return ((this.#bytes[PRESENCE_AT + Math.floor(i / BITS)] >> (i % BITS)) & 1) === 1;
  }
}
