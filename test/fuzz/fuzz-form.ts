import { randomInt } from 'node:crypto';

/** How much is fuzzed, and where it begins. */
export interface FuzzForm {
  readonly long: boolean;
  /** Inputs of all kinds together. */
  readonly inputs: number;
  readonly seeds: readonly number[];
}

const SHORT_INPUTS = 6_000;
const LONG_INPUTS = 1_000_000;
/** The short form begins here, so that it is the same each time; and once more anywhere, for the long run. */
const FIXED_SEED = 20_170_605;

/**
 * `DDNN_FUZZ` is `long` or a number of inputs; without it the short form. `DDNN_FUZZ_SEED` is the seed of a finding
 * that shall be met again.
 */
export function fuzzForm({ DDNN_FUZZ: form, DDNN_FUZZ_SEED: seed }: NodeJS.ProcessEnv = process.env): FuzzForm {
  const inputs = form === undefined ? SHORT_INPUTS : form === 'long' ? LONG_INPUTS : Number(form);
  if (!(Number.isInteger(inputs) && inputs > 0)) throw new Error(`DDNN_FUZZ is "${form}": long, or a number of inputs`);
  if (seed !== undefined && !/^-?\d+$/.test(seed))
    throw new Error(`DDNN_FUZZ_SEED is "${seed}": a number belongs there`);
  const any = randomInt(2 ** 31);
  const seeds = seed !== undefined ? [Number(seed)] : form === undefined ? [FIXED_SEED, any] : [any];
  return { long: form !== undefined, inputs, seeds };
}
