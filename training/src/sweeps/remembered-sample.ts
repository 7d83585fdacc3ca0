import type { Answer, SampleTiers, Tiers } from '../evaluate/tiers.js';

/**
 * The tiers with one sample in them, to be answered again and again with different thresholds of the local exit; no
 * section runs twice. Each exit is asked when it is first needed.
 */
export class RememberedSample implements SampleTiers {
  /** Replaces the bundle's threshold of the local exit. */
  threshold = 1;
  readonly groups: Tiers['groups'];
  readonly devices: Tiers['devices'];
  readonly features: Tiers['features'];
  readonly edges: Tiers['edges'];
  readonly #tiers: Tiers;
  readonly #mask: number;
  readonly #locals = new Map<number, Answer | undefined>();
  readonly #edges = new Map<number, Answer | undefined>();
  #cloud: Answer | undefined;

  /**
   * @param tiers hold the sample until this one is done with
   * @param mask what `present` returned
   */
  constructor(tiers: Tiers, mask: number) {
    ({ groups: this.groups, devices: this.devices, features: this.features, edges: this.edges } = tiers);
    this.#tiers = tiers;
    this.#mask = mask;
  }

  present(): number {
    return this.#mask;
  }

  groupMask(edge: number): number {
    return this.#tiers.groupMask(edge);
  }

  local(edge: number): Answer | undefined {
    const answer = remember(this.#locals, edge, () => this.#tiers.local(edge));
    return answer && { ...answer, confident: answer.uncertainty <= this.threshold };
  }

  edge(edge: number): Answer | undefined {
    return remember(this.#edges, edge, () => this.#tiers.edge(edge));
  }

  answerInCloud(): Answer {
    this.#cloud ??= this.#tiers.answerInCloud();
    return this.#cloud;
  }
}

function remember<T>(known: Map<number, T>, key: number, ask: () => T): T {
  if (!known.has(key)) known.set(key, ask());
  return known.get(key)!;
}
