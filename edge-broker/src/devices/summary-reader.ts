import { type Bundle, codedSummaries, createScoreCode, type ScoreCoder } from '@ddnn/model';
import { CodedSummaryReader, codedSummaryBytes, DeviceSampleReader, FrameError } from '@ddnn/protocol';

/** Reads the summaries of one device (bare or coded, as the bundle says) in place, without allocating. */
export interface SummaryReader {
  /** The longest valid frame, in bytes. */
  readonly maxBytes: number;
  /** Bytes of the scores in the frame that is open. */
  readonly payloadBytes: number;
  /** The sample that was read last: its slot modulo 32,768, whether it has scores, and where they start in `scores`. */
  readonly slot: number;
  readonly hasBody: boolean;
  readonly scores: Uint8Array;
  readonly body: number;
  /**
   * Checks a whole frame and opens it. Throws {@link FrameError}: a frame that is damaged anywhere must change nothing.
   */
  open(bytes: Uint8Array, offset: number, length: number, epoch: number): void;
  /** Reads the next sample; false: there is none. */
  next(): boolean;
}

/** A reader for each view of the site. @param maxSamples in one frame */
export function createSummaryReaders(bundle: Bundle, maxSamples: number): readonly SummaryReader[] {
  const { architecture, shapes } = bundle;
  const coded = codedSummaries(architecture);
  const bare = new BareSummaries(shapes.scoreBytes, maxSamples);
  return Array.from({ length: architecture.views }, (_, view) =>
    coded ? new CodedSummaries(shapes.scoreBytes, maxSamples, createScoreCode(bundle, view)) : bare,
  );
}

class BareSummaries extends DeviceSampleReader implements SummaryReader {
  scores: Uint8Array = new Uint8Array(0);
  payloadBytes = 0;
  readonly #scoreBytes: number;

  constructor(scoreBytes: number, maxSamples: number) {
    super('summary', scoreBytes, maxSamples);
    this.#scoreBytes = scoreBytes;
  }

  override open(bytes: Uint8Array, offset: number, length: number, epoch: number): void {
    super.open(bytes, offset, length, epoch);
    this.scores = bytes;
    this.payloadBytes = this.bodies * this.#scoreBytes;
  }
}

class CodedSummaries extends CodedSummaryReader implements SummaryReader {
  readonly maxBytes: number;
  readonly scores: Uint8Array;
  /** Where the scores of the next sample start, until that sample is read. */
  body = 0;
  readonly #scoreBytes: number;
  readonly #code: ScoreCoder;
  readonly #decoded: Int8Array;
  #nextBody = 0;

  constructor(scoreBytes: number, maxSamples: number, code: ScoreCoder) {
    super(maxSamples);
    this.#scoreBytes = scoreBytes;
    this.#code = code;
    this.#decoded = new Int8Array(maxSamples * scoreBytes);
    this.scores = new Uint8Array(this.#decoded.buffer);
    this.maxBytes = codedSummaryBytes(maxSamples, code.mostBytes(maxSamples));
  }

  get payloadBytes(): number {
    return this.scoreBytes;
  }

  override open(bytes: Uint8Array, offset: number, length: number, epoch: number): void {
    super.open(bytes, offset, length, epoch);
    const { scoresAt, presentSamples, payloadBytes } = this;
    if (!this.#code.fits(payloadBytes, presentSamples)) {
      const why = `${payloadBytes} bytes are no scores of ${presentSamples} samples`;
      throw new FrameError('DDNN_FRAME_OVERSIZED', why, scoresAt - offset);
    }
    this.#code.decode(bytes, scoresAt, payloadBytes, presentSamples, this.#decoded);
    this.#nextBody = 0;
  }

  override next(): boolean {
    if (!super.next()) return false;
    this.body = this.#nextBody;
    if (this.hasBody) this.#nextBody += this.#scoreBytes;
    return true;
  }
}
