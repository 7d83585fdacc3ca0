import type { Block } from '../architecture/architecture.js';
import type { Shape } from '../architecture/shapes.js';
import type { Bundle } from '../bundle/bundle.js';
import type { ScoreScale } from './quantise.js';

/** The section of a tier together with its exit's scores. */
export interface ScoredSection {
  /** Quantised scores of the last run, one a class; empty without an exit. */
  readonly scores: Int32Array;
  /** Output of the last run as bits: what is sent, also from a float section. */
  readonly features: Uint8Array;
  /**
   * @param input the map, HWC: bytes for a device, else integers
   * @param divisor how many sources `input` is the sum of, else 1
   */
  run(input: Uint8Array | Int32Array, divisor: number): void;
}

/** Where the tensors of a section are in its bundle, and what its input is. */
export interface SectionPlace {
  readonly bundle: Bundle;
  readonly name: string;
  readonly input: Shape;
  /** A device's input comes as bytes, an aggregator's as integers. */
  readonly values: 'bytes' | 'integers';
  /**
   * Largest absolute value of the input: 1 for bits, 255 for pixels, times the number of sources that are summed up.
   */
  readonly largest: number;
  readonly section: readonly Block[];
  /** How many sources its input may be averaged over, else 1. */
  readonly divisors: number;
  /** Of the exit's scores; undefined without an exit. */
  readonly exit: ScoreScale | undefined;
}
