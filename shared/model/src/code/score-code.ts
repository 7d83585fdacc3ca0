import { ArithmeticDecoder, ArithmeticEncoder } from './arithmetic-coder.js';

/**
 * A question whose answer has the smallest possible probability (32 of 65,536) costs 11 bits; dividing the interval
 * rounds, so 12.
 */
const MOST_BITS = 12;

/**
 * Probabilities of a score code, in the coder's unit. A score is a number of levels below its view's best. It is coded
 * as the answers to the questions "is it more than 0? than 1? …". The probability of each answer depends on the class,
 * on the question, and on whether an earlier class was already the best.
 */
export type ScoreShares = Uint16Array;

/** Length of a code's {@link ScoreShares}. @param levels how far below the best the lowest score is */
export function scoreShareCount(classes: number, levels: number): number {
  return 2 * classes * levels;
}

/** Codes the scores of a view's samples, one after the other, as one message. */
export class ScoreCode {
  readonly #shares: ScoreShares;
  readonly #classes: number;
  readonly #levels: number;
  readonly #encoder = new ArithmeticEncoder();
  readonly #decoder = new ArithmeticDecoder();
  /** The scores that are coded, and their position. */
  #scores: Int8Array = new Int8Array(0);
  #at = 0;

  constructor(classes: number, levels: number, shares: ScoreShares) {
    this.#classes = classes;
    this.#levels = levels;
    this.#shares = shares;
  }

  /** Begins a message. */
  begin(): void {
    this.#encoder.begin();
  }

  /** Adds the scores of one sample, 0 (the best) down to -levels, from `offset` on. */
  add(scores: Int8Array, offset = 0): void {
    this.#scores = scores;
    this.#at = offset;
    visitScores(this.#classes, this.#levels, this.#write);
  }

  /** Ends the message and returns it, valid until the next one begins. */
  finish(): Uint8Array {
    return this.#encoder.finish();
  }

  /** The longest message of so many samples: no question costs more than 12 bits. */
  mostBytes(samples: number): number {
    return 4 + Math.ceil((samples * this.#classes * this.#levels * MOST_BITS) / 8);
  }

  /** Whether a message of that length can be the scores of so many samples. */
  fits(length: number, samples: number): boolean {
    return length <= this.mostBytes(samples);
  }

  /** Writes the scores of `samples` samples to `out`, one after the other. */
  decode(bytes: Uint8Array, offset: number, length: number, samples: number, out: Int8Array): void {
    this.#decoder.begin(bytes, offset, length);
    this.#scores = out;
    this.#at = 0;
    for (let sample = 0; sample < samples; sample++, this.#at += this.#classes) {
      visitScores(this.#classes, this.#levels, this.#read);
    }
  }

  readonly #write = (question: number, level: number, c: number): number => {
    const more = -this.#scores[this.#at + c] > level ? 1 : 0;
    this.#encoder.write(more, this.#shares[question]);
    return more;
  };

  readonly #read = (question: number, level: number, c: number): number => {
    const more = this.#decoder.read(this.#shares[question]);
    this.#scores[this.#at + c] = -(level + more);
    return more;
  };
}

/**
 * Asks the questions about one sample's scores in order. `ask` gets the place of the probability, the level and the
 * class, and answers 1 for "more than that level". Training counts with the same function.
 */
export function visitScores(
  classes: number,
  levels: number,
  ask: (question: number, level: number, classIndex: number) => number,
): void {
  let best = 0;
  for (let c = 0; c < classes; c++) {
    let level = 0;
    while (level < levels && ask((best * classes + c) * levels + level, level, c) === 1) level++;
    if (level === 0) best = 1;
  }
}
