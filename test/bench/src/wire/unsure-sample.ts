import { maskOfPlaces } from '@ddnn/model';
import type { Answer, Tiers } from '@ddnn/training/steps';

/** A sample that the local exit was not sure of. The cloud is asked once about any views of it. */
export class UnsureSample {
  readonly slot: number;
  readonly label: number | undefined;
  /** Present views, the surest first. */
  readonly order: readonly number[];
  readonly #tiers: Tiers;
  readonly #features: readonly (Uint8Array | null)[];
  readonly #answers = new Map<number, Answer>();

  /** @param tiers hold the sample until this one is done with */
  constructor(tiers: Tiers, { slot, label, order }: Pick<UnsureSample, 'slot' | 'label' | 'order'>) {
    this.slot = slot;
    this.label = label;
    this.order = order;
    this.#tiers = tiers;
    this.#features = [...tiers.features];
  }

  /** Features of these views, by view. */
  featuresOf(views: readonly number[]): (Uint8Array | null)[] {
    return this.#features.map((features, view) => (views.includes(view) ? features : null));
  }

  /** What the cloud says to the features of these views. */
  answer(views: readonly number[]): Answer {
    const mask = maskOfPlaces(views);
    const known = this.#answers.get(mask);
    if (known) return known;
    this.#tiers.lose(~mask);
    const answer = this.#tiers.answerInCloud();
    this.#answers.set(mask, answer);
    return answer;
  }
}
