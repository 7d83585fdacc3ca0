import type { Block } from '../architecture/architecture.js';
import type { Shape } from '../architecture/shapes.js';
import type { Bundle } from '../bundle/bundle.js';
import type { ScoreScale } from './quantise.js';

/** The section of a tier together with its exit's scores. */
export interface ScoredSection {
  /** Quantised scores of the last run, one a class; empty without an exit. */
  readonly scores: Int32Array;
  /** Output of the last run as bits: what travels, also from a float section. */
  readonly features: Uint8Array;
  /**
   * @param input the map, HWC: bytes for a device, else integers
   * @param divisor how many sources `input` sums up, else 1
   */
  run(input: Uint8Array | Int32Array, divisor: number): void;
}

/** Where the tensors of a section stand in its bundle, and what it takes. */
export interface SectionPlace {
  readonly bundle: Bundle;
  readonly name: string;
  readonly input: Shape;
  /** A device's input comes as bytes, an aggregator's as integers. */
  readonly values: 'bytes' | 'integers';
  /** Largest value of the input, either sign: 1 for bits, 255 for pixels, as many times as sources are summed up. */
  readonly largest: number;
  readonly section: readonly Block[];
  /** How many sources its input may be averaged over, else 1. */
  readonly divisors: number;
  /** Of the exit's scores; undefined without an exit. */
  readonly exit: ScoreScale | undefined;
}
