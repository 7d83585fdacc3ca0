import { type Bundle, codedSummaries, createScoreCode, type ScoreCoder } from '@ddnn/model';
import { CodedSummaryReader, decodeSummary, FrameError, truncateSlot } from '@ddnn/protocol';

/** Called per sample: its slot modulo 32,768, whether the view is present, and where its scores stand in `scores`. */
export type SummaryVisitor = (shortSlot: number, present: boolean, scores: Uint8Array, offset: number) => void;

/** Reads the summaries of one device as the bundle has them, bare or coded. */
export class SummaryReader {
  readonly #epoch: number;
  readonly #maxSamples: number;
  readonly #scoreBytes: number;
  readonly #code: ScoreCoder | undefined;
  readonly #reader = new CodedSummaryReader();
  /** Decoded scores of one frame. */
  readonly #scores: Int8Array;
  readonly #bytes: Uint8Array;

  /** @param maxSamples in one frame */
  constructor(bundle: Bundle, view: number, { epoch, maxSamples }: { epoch: number; maxSamples: number }) {
    const { scoreBytes } = bundle.shapes;
    this.#epoch = epoch;
    this.#maxSamples = maxSamples;
    this.#scoreBytes = scoreBytes;
    if (codedSummaries(bundle.architecture)) this.#code = createScoreCode(bundle, view);
    this.#scores = new Int8Array(this.#code ? maxSamples * scoreBytes : 0);
    this.#bytes = new Uint8Array(this.#scores.buffer);
  }

  /**
   * Checks a whole frame, then visits each sample. Returns the bytes of its scores. Throws {@link FrameError}: a frame that is damaged
   * anywhere changes nothing.
   */
  read(frame: Uint8Array, visit: SummaryVisitor): number {
    if (this.#code) return this.#readCoded(frame, this.#code, visit);
    let scoreBytes = 0;
    decodeSummary(frame, this.#epoch, this.#scoreBytes, this.#maxSamples, (short, present, offset) => {
      if (present) scoreBytes += this.#scoreBytes;
      visit(short, present, frame, offset);
    });
    return scoreBytes;
  }

  #readCoded(frame: Uint8Array, code: ScoreCoder, visit: SummaryVisitor): number {
    const reader = this.#reader;
    reader.read(frame, this.#epoch, this.#maxSamples);
    const { scoresAt, presentSamples } = reader;
    const scoreBytes = frame.length - scoresAt;
    if (!code.fits(scoreBytes, presentSamples)) {
      throw new FrameError(
        'DDNN_FRAME_OVERSIZED',
        `${scoreBytes} bytes are no scores of ${presentSamples} samples`,
        scoresAt,
      );
    }
    code.decode(frame, scoresAt, scoreBytes, presentSamples, this.#scores);
    for (let i = 0, offset = 0; i < reader.samples; i++) {
      const present = reader.present(i);
      visit(truncateSlot(reader.shortSlot + i), present, this.#bytes, offset);
      if (present) offset += this.#scoreBytes;
    }
    return scoreBytes;
  }
}
