import type { NetworkOutput } from '@ddnn/tensor';

/** Share of samples that each exit gets right on its own, 0 to 1; without the exits that a network lacks. */
export interface ExitAccuracy {
  readonly local?: number;
  readonly edge?: number;
  readonly cloud: number;
}
type ExitKey = keyof ExitAccuracy;

/** Counts, per exit, the samples whose highest score is that of their class. */
export class Tally {
  readonly #right = { local: 0, edge: 0, cloud: 0 };
  readonly #seen = { local: 0, edge: 0, cloud: 0 };
  readonly #weights: readonly number[] | undefined;

  /** @param weights what a sample of each class counts; left out: 1 */
  constructor(weights?: readonly number[]) {
    this.#weights = weights;
  }

  /** @param truth class index of each row of the batch */
  add(output: NetworkOutput, truth: readonly number[]): void {
    const present = output.edgePresent.dataSync();
    const isPresent = (edge: number, row: number) => present[edge * truth.length + row] === 1;
    for (const [e, scores] of output.local.entries()) {
      this.#count('local', scores.dataSync(), truth, (row) => isPresent(e, row));
    }
    for (const [e, scores] of output.edges.entries()) {
      this.#count('edge', scores.dataSync(), truth, (row) => isPresent(e, row));
    }
    this.#count('cloud', output.cloud.dataSync(), truth, () => true);
  }

  /** The shares so far. */
  accuracy(): ExitAccuracy {
    const share = (exit: ExitKey) => this.#right[exit] / this.#seen[exit];
    return {
      ...(this.#seen.local > 0 && { local: share('local') }),
      ...(this.#seen.edge > 0 && { edge: share('edge') }),
      cloud: share('cloud'),
    };
  }

  #count(exit: ExitKey, scores: ArrayLike<number>, truth: readonly number[], counts: (row: number) => boolean): void {
    const classes = scores.length / truth.length;
    for (const [row, label] of truth.entries()) {
      if (!counts(row)) continue;
      const first = row * classes;
      let best = 0;
      for (let c = 1; c < classes; c++) if (scores[first + c] > scores[first + best]) best = c;
      const weight = this.#weights?.[label] ?? 1;
      this.#seen[exit] += weight;
      if (best === label) this.#right[exit] += weight;
    }
  }
}
