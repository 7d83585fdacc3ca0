import { type Bundle, FeatureBodies, UpperTier, uplinkSizes } from '@ddnn/model';
import {
  NO_CLASS,
  partBodies,
  presenceMask,
  presentViews,
  type UplinkContentName,
  type UplinkSample,
  type UplinkSizes,
  ViewState,
} from '@ddnn/protocol';
import type { EdgeName } from '../sites/roster.js';

/** The cloud section's answer to a sample. */
export interface CloudAnswer {
  /** Index into the bundle's classes; {@link NO_CLASS} where no view is present. */
  readonly classIndex: number;
  readonly uncertainty: number;
}

/**
 * The cloud section and its exit on the samples of a site with one edge. The cloud always answers: its threshold is 1.
 */
export class CloudExit {
  /** Sizes of uplink bodies under this bundle. */
  readonly sizes: UplinkSizes;
  readonly #tier: UpperTier;
  readonly #joinsEdge: boolean;
  readonly #bodies: FeatureBodies;
  /** What the bundle's edge sends up. */
  readonly #content: UplinkContentName;
  readonly #maps: (Uint8Array | null)[];

  constructor(bundle: Bundle) {
    this.#tier = new UpperTier(bundle, 'cloud');
    this.#joinsEdge = bundle.shapes.edges.length > 0;
    this.#bodies = new FeatureBodies(bundle);
    if (this.#joinsEdge) this.#content = 'edge';
    else this.#content = this.#bodies.coded ? 'coded' : 'views';
    this.#maps = new Array<null>(this.#tier.sources).fill(null);
    this.sizes = uplinkSizes(bundle);
  }

  /** The answer to a sample, or the reason for a refusal. */
  take(_edge: EdgeName, sample: UplinkSample): CloudAnswer | string {
    return this.refusal(sample) ?? this.decide(sample);
  }

  /** Why this sample can't be decided here; undefined: it can. */
  refusal({ content }: UplinkSample): string | undefined {
    return content === this.#content ? undefined : `content ${content}, the bundle takes ${this.#content}`;
  }

  /** Decides a sample that is not refused. */
  decide({ states, body }: UplinkSample): CloudAnswer {
    const present = presenceMask(states);
    if (present === 0) return { classIndex: NO_CLASS, uncertainty: 0 };
    const mask = this.#joinsEdge ? this.#placeEdge(body) : this.#placeViews(states, body);
    this.#tier.decide(this.#maps, mask);
    const { classIndex, uncertainty } = this.#tier.exit;
    return { classIndex, uncertainty };
  }

  #placeViews(states: Uint8Array, body: Uint8Array): number {
    const { viewFeatureBytes } = this.sizes;
    const coded = this.#bodies.coded ? partBodies(body, presentViews(states), viewFeatureBytes) : undefined;
    let place = 0;
    for (let view = 0; view < states.length; view++) {
      this.#maps[view] = null;
      if (states[view] !== ViewState.present) continue;
      const at = place * viewFeatureBytes;
      const part = coded?.[place] ?? body.subarray(at, at + viewFeatureBytes);
      this.#maps[view] = this.#bodies.open(view, part);
      place++;
    }
    return presenceMask(states);
  }

  #placeEdge(body: Uint8Array): number {
    this.#maps[0] = body;
    return 1;
  }
}
