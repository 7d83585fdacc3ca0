import {
  type Bundle,
  type ConfidenceName,
  confidenceNames,
  createLocalTier,
  DeviceTier,
  type Exit,
  edgeGroups,
  type LocalTier,
  maskOf,
  UpperTier,
} from '@ddnn/model';

/** Thresholds that replace the bundle's. */
export interface Thresholds {
  readonly local?: number | undefined;
  readonly edge?: number | undefined;
}

/** How unsure an answer is by each measure, 0 (sure) to 1; without `gate` where the exit has none. */
export type Measures = Readonly<Partial<Record<ConfidenceName, number>>>;

/** What one exit says about a sample. */
export interface Answer {
  readonly classIndex: number;
  /** Its uncertainty by the exit's own measure. */
  readonly uncertainty: number;
  /** And by every measure that the exit has. */
  readonly measures?: Measures;
  /** True: its `uncertainty` is at most the exit's threshold. */
  readonly confident: boolean;
}

/** The answer, if it is sure. */
export function ifSure(answer: Answer | undefined): Answer | undefined {
  return answer?.confident ? answer : undefined;
}

/**
 * Every tier of one bundle in one process: the same sections and exits that agents, edges and cloud run. Call {@link
 * Tiers.present} with a sample, then the exits in rising order as far as needed.
 */
export class Tiers {
  readonly bundle: Bundle;
  /** Views of each edge. */
  readonly groups: readonly (readonly number[])[];
  readonly devices: readonly DeviceTier[];
  readonly locals: readonly (LocalTier | undefined)[];
  readonly edges: readonly UpperTier[];
  readonly cloud: UpperTier;
  /** Features of each view of the sample; null where it is not present. */
  readonly features: (Uint8Array | null)[];
  readonly #scores: readonly Int8Array[];
  readonly #edgeFeatures: (Uint8Array | null)[];
  /** Features of each view that the sample was given with, lost or not. */
  readonly #seen: (Uint8Array | null)[];

  constructor(bundle: Bundle, thresholds: Thresholds = {}) {
    const { architecture, shapes } = bundle;
    this.bundle = bundle;
    this.groups = edgeGroups(architecture);
    this.devices = Array.from({ length: architecture.views }, (_, view) => new DeviceTier(bundle, view));
    this.features = this.devices.map(() => null);
    this.#seen = this.devices.map(() => null);
    this.locals = this.groups.map((_, edge) => createLocalTier(bundle, edge, thresholds.local));
    this.#scores = this.groups.map((group) => new Int8Array(group.length * shapes.scoreBytes));
    this.edges = shapes.edges.map((_, edge) => new UpperTier(bundle, 'edge', edge, thresholds.edge));
    this.#edgeFeatures = this.groups.map(() => null);
    this.cloud = new UpperTier(bundle, 'cloud');
  }

  /** Runs the device sections of a sample's views (null: not present). Returns the presence mask. */
  present(images: readonly (Uint8Array | null)[]): number {
    for (const [edge, group] of this.groups.entries()) {
      for (const [i, view] of group.entries()) {
        const device = this.devices[view];
        const pixels = images[view];
        this.#seen[view] = null;
        if (!pixels) continue;
        device.run(pixels);
        this.#seen[view] = device.features;
        this.#scores[edge].set(device.scores, i * device.scores.length);
      }
    }
    return this.lose(0);
  }

  /**
   * Takes the views of a mask out of the sample; views taken out by an earlier call come back. The device sections do
   * not run again. Returns the presence mask of what remains.
   */
  lose(lost: number): number {
    for (const [view, features] of this.#seen.entries()) {
      this.features[view] = (lost >>> view) & 1 ? null : features;
    }
    this.#edgeFeatures.fill(null);
    return maskOf(this.features);
  }

  /** Presence mask of one edge's views, in its own order. */
  groupMask(edge: number): number {
    return maskOf(this.groups[edge].map((view) => this.features[view]));
  }

  /** The local exit of an edge; undefined where the bundle has none. At least one view of that edge is present. */
  local(edge: number): Answer | undefined {
    const tier = this.locals[edge];
    if (!tier) return undefined;
    return answer(tier.decide(this.#scores[edge], 0, this.groupMask(edge)), tier.exit);
  }

  /** The edge exit; undefined where the bundle has none. Also makes that edge's features. */
  edge(edge: number): Answer | undefined {
    const tier = this.edges[edge];
    if (!tier) return undefined;
    const maps = this.groups[edge].map((view) => this.features[view]);
    const confident = tier.decide(maps, this.groupMask(edge));
    this.#edgeFeatures[edge] = tier.features;
    return answer(confident, tier.exit);
  }

  /** The cloud exit, on the features of every present view, or of every edge for which {@link edge} was called. */
  answerInCloud(): Answer {
    const maps = this.edges.length > 0 ? this.#edgeFeatures : this.features;
    return answer(this.cloud.decide(maps, maskOf(maps)), this.cloud.exit);
  }
}

/** The part of the tiers that answering a sample needs. */
export type SampleTiers = Pick<
  Tiers,
  'groups' | 'devices' | 'features' | 'edges' | 'present' | 'groupMask' | 'local' | 'edge' | 'answerInCloud'
>;

function answer(confident: boolean, exit: Exit): Answer {
  const { classIndex, uncertainty } = exit;
  const measured = confidenceNames.map((name) => [name, exit.measure(name)]);
  const measures = Object.fromEntries(measured.filter(([, value]) => value !== undefined));
  return { classIndex, uncertainty, measures, confident };
}
