import { type Bundle, createFeatureCode, type FeatureCoder } from '@ddnn/model';

/** Features as they are sent: as bits, or coded if the bundle codes them. */
export class EncodedBodies {
  readonly #codes: readonly FeatureCoder[];

  constructor(bundle: Bundle) {
    this.#codes = Array.from({ length: bundle.architecture.views }, (_, view) => createFeatureCode(bundle, view));
  }

  /** A view's, in an array of their own. */
  of(view: number, features: Uint8Array): Uint8Array {
    return this.#codes[view].encode(features).slice();
  }
}

/** The same for one sample that is counted several times: no view's features are coded twice. */
export class RememberedBodies extends EncodedBodies {
  readonly #known = new Map<number, Uint8Array>();

  /** Another sample begins. */
  begin(): void {
    this.#known.clear();
  }

  override of(view: number, features: Uint8Array): Uint8Array {
    const known = this.#known.get(view) ?? super.of(view, features);
    this.#known.set(view, known);
    return known;
  }
}
