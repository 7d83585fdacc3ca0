import { edgeGroup } from '../architecture/resolve.js';
import type { Bundle } from '../bundle/bundle.js';
import { ModelError } from '../errors.js';
import type { KernelChoice } from '../kernels/kernels.js';
import { countBits } from '../numbers/bits.js';
import { UPPER_SCORE_LIMIT } from '../plain/quantise.js';
import { standIns as readStandIns } from '../plain/section-weights.js';
import { createExit } from './create-exit.js';
import type { Exit } from './exit-rule.js';
import { createJoinedSection, type JoinedSection } from './joined-section.js';

/** The section and exit of an edge or of the cloud: joins the maps from below, runs the section, decides. */
export class UpperTier {
  readonly exit: Exit;
  /** How many maps from below it joins: views of this edge, or views or edges of the site. */
  readonly sources: number;
  readonly #section: JoinedSection;

  /**
   * `threshold` replaces the bundle's. Throws `DDNN_BUNDLE_UNFIT` for an edge that the bundle hasn't,
   * `DDNN_BUNDLE_CONTENT` where a tensor is missing.
   *
   * @param kernels default: the fastest
   */
  constructor(bundle: Bundle, tier: 'edge' | 'cloud', edge = 0, threshold?: number, kernels?: KernelChoice) {
    const { architecture, shapes, exits } = bundle;
    const settings = exits[tier];
    if (!settings) throw new ModelError('DDNN_BUNDLE_UNFIT', 'the bundle has no edge section');
    const { aggregator, section, arithmetic, missing } = architecture[tier]!;
    const belowIsEdge = tier === 'cloud' && shapes.edges.length > 0;
    const below = belowIsEdge ? shapes.edges[0].output : shapes.device.output;
    if (tier === 'edge') this.sources = edgeGroup(architecture, edge).length;
    else this.sources = belowIsEdge ? shapes.edges.length : architecture.views;
    const pixels = !belowIsEdge && architecture.device.section.length === 0;
    const name = tier === 'edge' ? `edge.${edge}` : 'cloud';
    const input = tier === 'edge' ? shapes.edges[edge].input : shapes.cloud.input;
    const divisors = aggregator === 'average' ? this.sources : 1;
    const kind = pixels ? 'pixels' : 'bits';
    const standIns = missing === 'learned' ? readStandIns(bundle, name, this.sources, below) : undefined;
    const largest = (pixels ? 255 : 1) * divisors;
    const exit = { step: settings.step, limit: UPPER_SCORE_LIMIT };
    const place = { bundle, name, input, values: 'integers', largest, section, divisors, exit } as const;
    const join = { name: aggregator, sources: this.sources, shape: below, kind, standIns } as const;
    this.#section = createJoinedSection(arithmetic, place, join, kernels);
    this.exit = createExit(bundle, tier, threshold);
  }

  /** Features of the last run, packed bits; zeros for an empty section. */
  get features(): Uint8Array {
    return this.#section.features;
  }

  /** Quantised scores of the last run. */
  get scores(): Int32Array {
    return this.#section.scores;
  }

  /** Runs on the maps whose bit is set in `mask`; true: confident, with `exit.classIndex` and `exit.uncertainty`. */
  decide(maps: readonly (Uint8Array | null | undefined)[], mask: number): boolean {
    this.#section.run(maps, mask);
    return this.exit.decide(this.scores, 1, countBits(mask));
  }
}
