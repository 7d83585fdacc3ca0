import { Street, type StreetSample } from '@ddnn/street';
import { sha256 } from './exact.js';

const SAMPLES = 20;

/**
 * One sample of the simulated street: what is in it, and the SHA-256 of each view's pixels; null where it is absent.
 */
export interface StreetAnswer {
  readonly sample: StreetSample;
  readonly views: readonly (string | null)[];
}

/** Draws the first samples of a street, all six views of each. */
export async function streetAnswers(): Promise<StreetAnswer[]> {
  const street = new Street({ seed: 2 });
  const answers: StreetAnswer[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const views: (string | null)[] = [];
    for (let view = 0; view < street.views; view++) {
      const pixels = street.render(sample, view);
      views.push(pixels && (await sha256([pixels])));
    }
    answers.push({ sample: street.sample(sample), views });
  }
  return answers;
}
