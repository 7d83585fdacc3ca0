import { maskOfPlaces } from '@ddnn/model';
import { askAgain, type EveryExit } from './every-exit.js';
import type { Tiers } from './tiers.js';

/** The answers that are compared; *overall* is the one that the site gives with the bundle's thresholds. */
export const missingExits = ['local', 'edge', 'overall', 'cloud'] as const;
export type MissingExit = (typeof missingExits)[number];

/** Accuracy by exit, 0 to 1; without the exits that the network lacks. */
export type MissingAccuracy = Readonly<Partial<Record<MissingExit, number>>>;

/** The accuracies with certain views taken out. */
export interface LostViews extends MissingAccuracy {
  /** The views taken out, rising. */
  readonly lost: readonly number[];
  /** Samples that a remaining camera sees: those that the accuracies are over. */
  readonly samples: number;
  /** Share of all samples that no remaining camera sees. */
  readonly unseen: number;
}

/** Counts right answers with certain views gone. */
export class ViewSubset {
  readonly mask: number;
  readonly #lost: readonly number[];
  readonly #right: Partial<Record<MissingExit, number>> = {};
  #samples = 0;
  #unseen = 0;

  /** @param lost the views gone, rising */
  constructor(lost: readonly number[]) {
    this.#lost = lost;
    this.mask = maskOfPlaces(lost);
  }

  /** @param asked undefined where no remaining camera sees the sample */
  add(asked: EveryExit | undefined, classIndex: number): void {
    if (!asked) {
      this.#unseen++;
      return;
    }
    this.#samples++;
    for (const exit of missingExits) {
      const answer = asked[exit];
      if (answer) this.#right[exit] = (this.#right[exit] ?? 0) + Number(answer.classIndex === classIndex);
    }
  }

  /** The shares so far. */
  result(): LostViews {
    const shares = Object.entries(this.#right).map(([exit, right]) => [exit, right / this.#samples]);
    const unseen = this.#unseen / Math.max(1, this.#samples + this.#unseen);
    return { lost: this.#lost, samples: this.#samples, unseen, ...Object.fromEntries(shares) };
  }
}

/**
 * Asks every exit about the sample that the tiers hold, with the views of each subset gone. Subsets that leave the same
 * views present share one answer.
 */
export function askSubsets(tiers: Tiers, subsets: Iterable<ViewSubset>, classIndex: number): void {
  const answers = new Map<number, EveryExit>();
  for (const subset of subsets) {
    const left = tiers.lose(subset.mask);
    const known = answers.get(left);
    const asked = known ?? (left === 0 ? undefined : askAgain(tiers));
    if (asked) answers.set(left, asked);
    subset.add(asked, classIndex);
  }
}
