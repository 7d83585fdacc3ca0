import type { ScoreCoder } from '@ddnn/model';
import { type DeviceSample, encodeCodedSummary, encodeSummary, FrameError, MAX_SLOT } from '@ddnn/protocol';

/**
 * Samples that wait for a summary frame. The slot's number alone decides where a frame ends, on all devices of a site
 * alike. So the samples of a frame are complete at the edge together, whenever each device was started, and go on
 * together from there.
 */
export class SummaryBatch {
  readonly #samples: number;
  readonly #scoreBytes: number;
  readonly #code: ScoreCoder | undefined;
  #waiting: DeviceSample[] = [];

  /**
   * @param samples in one frame at most, 1 to `MAX_SLOT_GAP`: a frame holds slots *n* · samples up to (*n* + 1) ·
   * samples - 1
   * @param scoreBytes of one view
   * @param code of the view's scores, where the bundle has coded summaries
   */
  constructor(samples: number, scoreBytes: number, code?: ScoreCoder) {
    this.#samples = samples;
    this.#scoreBytes = scoreBytes;
    this.#code = code;
  }

  /** Samples that wait for their frame to fill. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Takes a sample; `scores` null: absent. Returns the frames that are complete now: none, one, or two if the sample is
   * the last of its frame and others still wait in an earlier one. Throws {@link FrameError} for a slot that no frame
   * can carry.
   */
  add(epoch: number, slot: number, scores: Int8Array | null): Uint8Array[] {
    if (!Number.isInteger(slot) || slot < 0 || slot > MAX_SLOT) {
      throw new FrameError('DDNN_FRAME_VALUE', `slot ${slot} is not an integer from 0 to ${MAX_SLOT}`, 0);
    }
    const last = this.#waiting.at(-1)?.slot;
    const fits = last === undefined || (this.#follows(last, slot) && this.#frameOf(slot) === this.#frameOf(last));
    const frames = fits ? [] : this.flush(epoch);
    // A copy, because the section overwrites its own array.
    this.#waiting.push({ slot, body: scores && new Uint8Array(scores) });
    if ((slot + 1) % this.#samples === 0) frames.push(...this.flush(epoch));
    return frames;
  }

  /** The frame of what waits, if anything does. */
  flush(epoch: number): Uint8Array[] {
    const samples = this.#waiting;
    this.#waiting = [];
    if (samples.length === 0) return [];
    return [this.#code ? codedFrame(epoch, samples, this.#code) : encodeSummary(epoch, samples, this.#scoreBytes)];
  }

  /** Forgets what waits. */
  drop(): void {
    this.#waiting = [];
  }

  /** A coded summary can't have a gap between its slots. */
  #follows(last: number, slot: number): boolean {
    return this.#code ? slot === last + 1 : slot > last;
  }

  #frameOf(slot: number): number {
    return Math.floor(slot / this.#samples);
  }
}

function codedFrame(epoch: number, samples: readonly DeviceSample[], code: ScoreCoder): Uint8Array {
  code.begin();
  for (const { body } of samples) if (body) code.add(new Int8Array(body.buffer, body.byteOffset, body.length));
  const present = samples.map(({ body }) => body !== null);
  return encodeCodedSummary(epoch, samples[0].slot, present, code.finish());
}
