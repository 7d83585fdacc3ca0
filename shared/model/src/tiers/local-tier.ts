import { createScoreAggregator, type MixWeights, type ScoreAggregator } from '../aggregate/score-aggregator.js';
import { edgeGroup } from '../architecture/resolve.js';
import { type Bundle, tensor } from '../bundle/bundle.js';
import { countBits } from '../numbers/bits.js';
import { createExit } from './create-exit.js';
import type { Exit } from './exit-rule.js';

/** The local exit of one edge: joins the scores of its views and decides. */
export class LocalTier {
  readonly exit: Exit;
  readonly #aggregator: ScoreAggregator;

  /** {@link createLocalTier} makes one from a bundle. */
  constructor(aggregator: ScoreAggregator, exit: Exit) {
    this.#aggregator = aggregator;
    this.exit = exit;
  }

  /**
   * @param scores `views * classes` quantised scores from `offset` on
   * @param mask bit i: view i of this edge's group is present; at least one is
   * @returns confident: the sample exits here, with `exit.classIndex` and `exit.uncertainty`
   */
  decide(scores: Int8Array, offset: number, mask: number): boolean {
    this.#aggregator.join(scores, offset, mask);
    return this.exit.decide(this.#aggregator.out, this.#aggregator.divisor, countBits(mask));
  }
}

/**
 * The local exit of edge `edge`, or undefined where the bundle has none. `threshold` replaces the bundle's. Throws
 * `DDNN_BUNDLE_UNFIT` for an edge that the bundle hasn't.
 */
export function createLocalTier(bundle: Bundle, edge = 0, threshold?: number): LocalTier | undefined {
  const { local } = bundle.architecture;
  if (!local) return undefined;
  const classes = bundle.architecture.classes.length;
  const views = edgeGroup(bundle.architecture, edge).length;
  const mix: MixWeights | undefined =
    local.aggregator === 'concat'
      ? {
          weights: tensor(bundle, `local.${edge}.weights`, Int32Array, classes * views * classes),
          bias: tensor(bundle, `local.${edge}.bias`, Int32Array, classes),
          missing:
            local.missing === 'learned'
              ? tensor(bundle, `local.${edge}.missing`, Int8Array, views * classes)
              : undefined,
        }
      : undefined;
  const aggregator = createScoreAggregator(local.aggregator, views, classes, mix);
  return new LocalTier(aggregator, createExit(bundle, 'local', threshold));
}
