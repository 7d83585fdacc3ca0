import { FrameError, invalid } from './errors.js';
import { checkHeader, firstByte, HEADER_BYTES, writeHeader } from './frame.js';
import { MAX_SLOT, SLOT_MODULUS, truncateSlot } from './slot.js';

/*
 * A coded summary: a run of consecutive slots, and what the score code makes of their scores.
 *
 *       7   6   5   4   3   2   1   0
 *     +-------------------------------+
 *     |        slot, bits 0-7         |   of the first sample, modulo 32,768
 *     +---+---------------------------+
 *     | 0 |      slot, bits 8-14      |
 *     +---+---------------------------+
 *     | M |         presence          |   a bit a slot, lowest first, and a 1 behind the last;
 *     +---+---------------------------+   M: another such byte follows
 *     ~            scores             ~   to the end: one message of the score code for all present samples
 *     +-------------------------------+
 */

const PRESENCE_AT = HEADER_BYTES + 2;
const BITS = 7;

/** Bytes of a coded summary. */
export function codedSummaryBytes(samples: number, scoreBytes: number): number {
  return PRESENCE_AT + Math.floor(samples / BITS) + 1 + scoreBytes;
}

/**
 * Coded summary (device → edge) of the slots `slot`, `slot` + 1, …: it says the same as a summary, but is shorter.
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
    throw invalid('a frame carries at least one sample', HEADER_BYTES);
  }
  if (!Number.isInteger(slot) || slot < 0 || slot + present.length - 1 > MAX_SLOT) {
    throw invalid(`slot ${slot} is not an integer from 0 to ${MAX_SLOT}`, HEADER_BYTES);
  }
  const presenceBytes = Math.floor(present.length / BITS) + 1;
  const bytes = new Uint8Array(codedSummaryBytes(present.length, scores.length));
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

/**
 * Reads coded summaries in place, without allocating; one reader serves one frame after the other:
 *
 *     reader.open(bytes, offset, length, epoch);
 *     while (reader.next()) use(reader.slot, reader.hasBody);
 */
export class CodedSummaryReader {
  /** The sample that was read last: its slot modulo 32,768, and whether the view saw something. */
  slot = 0;
  hasBody = false;
  /** Number of samples in the frame, and number of those that have scores. */
  samples = 0;
  presentSamples = 0;
  /** Where the scores start in the bytes that were opened, and their length. */
  scoresAt = 0;
  scoreBytes = 0;
  readonly #maxSamples: number;
  #bytes: Uint8Array = NOTHING;
  #presenceAt = 0;
  #next = 0;

  constructor(maxSamples: number) {
    this.#maxSamples = maxSamples;
  }

  /**
   * Checks the frame that stands in `bytes` from `offset` on. Throws {@link FrameError} `DDNN_FRAME_TRUNCATED`,
   * `_OVERSIZED`, `_VALUE`, `_VERSION`, `_KIND` or `_EPOCH`.
   */
  open(bytes: Uint8Array, offset: number, length: number, epoch: number | undefined): void {
    const right = bytes[offset] === FIRST_BYTE && (epoch === undefined || bytes[offset + 1] === epoch);
    if (!right || length < HEADER_BYTES) checkHeader(bytes.subarray(offset, offset + length), 'codedSummary', epoch);
    if (length <= PRESENCE_AT) {
      throw new FrameError('DDNN_FRAME_TRUNCATED', 'a coded summary frame without slot and presence', length);
    }
    const slot = bytes[offset + HEADER_BYTES] | (bytes[offset + HEADER_BYTES + 1] << 8);
    if (slot >= SLOT_MODULUS) throw invalid('bit 15 of the slot is set', HEADER_BYTES + 1);
    let at = PRESENCE_AT;
    let present = 0;
    while (bytes[offset + at] >> BITS === 1) {
      present += countBits(bytes[offset + at]) - 1;
      at++;
      if (at === length) throw new FrameError('DDNN_FRAME_TRUNCATED', 'ends within the presence', at);
    }
    const last = bytes[offset + at];
    if (last === 0) throw invalid('a presence without its end', at);
    const samples = (at - PRESENCE_AT) * BITS + 31 - Math.clz32(last);
    if (samples === 0) throw invalid('a coded summary of no sample', at);
    if (samples > this.#maxSamples) {
      throw new FrameError('DDNN_FRAME_OVERSIZED', `a coded summary of more than ${this.#maxSamples} samples`, at);
    }
    this.presentSamples = present + countBits(last) - 1;
    this.samples = samples;
    this.scoresAt = offset + at + 1;
    this.scoreBytes = length - at - 1;
    if (this.presentSamples === 0 && this.scoreBytes > 0) {
      throw new FrameError('DDNN_FRAME_OVERSIZED', 'scores of a view that sees nothing', at + 1);
    }
    this.#bytes = bytes;
    this.#presenceAt = offset + PRESENCE_AT;
    this.#next = 0;
    this.slot = slot - 1;
  }

  /** Reads the next sample; false: there is none. */
  next(): boolean {
    const i = this.#next;
    if (i >= this.samples) return false;
    this.#next = i + 1;
    this.slot = truncateSlot(this.slot + 1);
    this.hasBody = ((this.#bytes[this.#presenceAt + Math.floor(i / BITS)] >> (i % BITS)) & 1) === 1;
    return true;
  }
}

const FIRST_BYTE = firstByte('codedSummary');
const NOTHING = new Uint8Array();

function countBits(byte: number): number {
  let ones = 0;
  for (let left = byte; left > 0; left &= left - 1) ones++;
  return ones;
}
