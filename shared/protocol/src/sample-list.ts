import { FrameError, invalid } from './errors.js';
import { checkHeader, type FrameKindName, firstByte, HEADER_BYTES, writeHeader } from './frame.js';
import { MAX_SLOT_GAP } from './limits.js';
import { MAX_SLOT, truncateSlot } from './slot.js';

/*
 * The sample list that summary, feature request and features frames share:
 *
 *       7   6   5   4   3   2   1   0
 *     +-------------------------------+
 *     |        slot, bits 0-7         |   of the first sample, modulo 32,768
 *     +---+---------------------------+
 *     | B |      slot, bits 8-14      |   B: a body follows
 *     +---+---------------------------+
 *     ~             body              ~   where B is set
 *     +---+---------------------------+
 *     | B |          gap - 1          |   each further sample: slots since the one before it, less one
 *     +---+---------------------------+
 *     ~             body              ~   where B is set
 *     +-------------------------------+
 *
 * All bodies of a kind have the same size, which the bundle tells, so the list needs no count and no lengths. A single
 * absent view takes four bytes in all, and every further sample of a batch adds one byte.
 */

/** One sample of a device frame. `body` null: there is no body. */
export interface DeviceSample {
  readonly slot: number;
  readonly body: Uint8Array | null;
}

/** Encodes a sample list. `bodyBytes` is the size of every body; slots must ascend by at most {@link MAX_SLOT_GAP}. */
export function encodeDeviceSamples(
  kind: FrameKindName,
  epoch: number,
  samples: readonly DeviceSample[],
  bodyBytes: number,
): Uint8Array {
  if (samples.length === 0) throw invalid('a frame carries at least one sample', HEADER_BYTES);
  let size = HEADER_BYTES + 1 + samples.length;
  for (const { body } of samples) if (body) size += bodyBytes;
  const bytes = new Uint8Array(size);
  writeHeader(bytes, kind, epoch);
  let at = HEADER_BYTES;
  for (let i = 0; i < samples.length; i++) {
    const { body } = samples[i];
    at = writeSlot(bytes, at, samples, i);
    if (!body) continue;
    if (body.length !== bodyBytes) {
      throw invalid(`a body of ${body.length} bytes where ${bodyBytes} belong`, at);
    }
    bytes.set(body, at);
    at += bodyBytes;
  }
  return bytes;
}

/** Writes slot and mark of the i-th sample of a list; returns where they end. */
export function writeSlot(bytes: Uint8Array, at: number, samples: readonly DeviceSample[], i: number): number {
  const { slot, body } = samples[i];
  const mark = body ? 128 : 0;
  if (!Number.isInteger(slot) || slot < 0 || slot > MAX_SLOT) {
    throw invalid(`slot ${slot} is not an integer from 0 to ${MAX_SLOT}`, at);
  }
  if (i === 0) {
    const short = truncateSlot(slot);
    bytes[at] = short & 255;
    bytes[at + 1] = (short >> 8) | mark;
    return at + 2;
  }
  const gap = slot - samples[i - 1].slot;
  if (gap < 1 || gap > MAX_SLOT_GAP) {
    throw invalid(`slot gap ${gap} is not from 1 to ${MAX_SLOT_GAP}`, at);
  }
  bytes[at] = (gap - 1) | mark;
  return at + 1;
}

/** Called per sample: its slot modulo 32,768, whether a body follows, and where that body starts in the frame. */
export type DeviceSampleVisitor = (shortSlot: number, hasBody: boolean, bodyOffset: number) => void;

/**
 * Reads sample lists in place, without allocating; one reader serves one frame after the other:
 *
 *     reader.open(bytes, offset, length, epoch);
 *     while (reader.next()) use(reader.slot, reader.hasBody, reader.body);
 */
export class DeviceSampleReader {
  /** The slot of the sample that was read last, modulo 32,768. */
  slot = 0;
  hasBody = false;
  /** Where its body starts in the bytes that were opened. */
  body = 0;
  /** How many samples of the frame have a body. */
  bodies = 0;
  readonly #kind: FrameKindName;
  readonly #firstByte: number;
  readonly #bodyBytes: number;
  readonly #maxSamples: number;
  #bytes: Uint8Array = NOTHING;
  #at = 0;
  #end = 0;
  #first = false;

  constructor(kind: FrameKindName, bodyBytes: number, maxSamples: number) {
    this.#kind = kind;
    this.#firstByte = firstByte(kind);
    this.#bodyBytes = bodyBytes;
    this.#maxSamples = maxSamples;
  }

  /** The longest valid frame, in bytes. */
  get maxBytes(): number {
    return HEADER_BYTES + 1 + this.#maxSamples * (1 + this.#bodyBytes);
  }

  /**
   * Checks the whole frame that is in `bytes` from `offset` on, so that a frame that is damaged anywhere has no effect.
   * Throws {@link FrameError} `DDNN_FRAME_TRUNCATED`, `_OVERSIZED`, `_VERSION`, `_KIND` or `_EPOCH`.
   */
  open(bytes: Uint8Array, offset: number, length: number, epoch: number | undefined): void {
    const right = bytes[offset] === this.#firstByte && (epoch === undefined || bytes[offset + 1] === epoch);
    if (!right || length < HEADER_BYTES) checkHeader(bytes.subarray(offset, offset + length), this.#kind, epoch);
    this.#checkExtent(bytes, offset, length);
    this.#bytes = bytes;
    this.#at = offset + HEADER_BYTES;
    this.#end = offset + length;
    this.#first = true;
  }

  /** Reads the next sample; false: there is none. */
  next(): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    if (at >= this.#end) return false;
    if (this.#first) {
      this.#first = false;
      this.slot = bytes[at++];
      this.slot |= (bytes[at] & 127) << 8;
    } else this.slot = truncateSlot(this.slot + (bytes[at] & 127) + 1);
    this.hasBody = bytes[at++] >> 7 === 1;
    this.body = at;
    this.#at = this.hasBody ? at + this.#bodyBytes : at;
    return true;
  }

  #checkExtent(bytes: Uint8Array, offset: number, length: number): void {
    const kind = this.#kind;
    if (length < HEADER_BYTES + 2) {
      throw new FrameError('DDNN_FRAME_TRUNCATED', `a ${kind} frame without a whole slot`, length);
    }
    let bodies = bytes[offset + HEADER_BYTES + 1] >> 7;
    let at = HEADER_BYTES + 2 + bodies * this.#bodyBytes;
    let samples = 1;
    while (at < length) {
      if (++samples > this.#maxSamples) {
        throw new FrameError('DDNN_FRAME_OVERSIZED', `a ${kind} frame of more than ${this.#maxSamples} samples`, at);
      }
      const has = bytes[offset + at] >> 7;
      bodies += has;
      at += 1 + has * this.#bodyBytes;
    }
    this.bodies = bodies;
    if (at > length) {
      throw new FrameError('DDNN_FRAME_TRUNCATED', `a ${kind} frame ${at - length} bytes short`, length);
    }
  }
}

const NOTHING = new Uint8Array();

/** Checks a whole sample list, then visits each sample. Throws as {@link DeviceSampleReader.open}. */
export function decodeDeviceSamples(
  bytes: Uint8Array,
  kind: FrameKindName,
  epoch: number | undefined,
  bodyBytes: number,
  maxSamples: number,
  visit: DeviceSampleVisitor,
): void {
  const reader = new DeviceSampleReader(kind, bodyBytes, maxSamples);
  reader.open(bytes, 0, bytes.length, epoch);
  while (reader.next()) visit(reader.slot, reader.hasBody, reader.body);
}
