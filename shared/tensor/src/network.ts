import {
  type Arithmetic,
  edgeGroups,
  inferShapes,
  type NetworkShapes,
  type ResolvedArchitecture,
  type Shape,
} from '@ddnn/model';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';
import { joinFeatures } from './join-features.js';
import { joinScores, type MixTensors } from './join-scores.js';
import { Parameters } from './parameters.js';
import { type Pass, Section, SectionExit } from './section.js';

/** Samples that go through the graph together. */
export interface Batch {
  /** One [batch, height, width, channels] a view, float32 pixels 0 to 255; zeros where the view is absent. */
  readonly pixels: readonly Tensor4D[];
  /** [views, batch]: 1 where a view is present. Every row has at least one. */
  readonly present: Tensor2D;
  /**
   * [views, batch]: 1 where a view reaches the aggregators, at most where it is present, and one of every row at least.
   * Left out: wherever it is present.
   */
  readonly heard?: Tensor2D | undefined;
}

/** What a run of the graph gives: the scores of every exit, and the maps that would travel. */
export interface NetworkOutput {
  /** [views, batch, height, width, filters] of the device sections. */
  readonly deviceMap: Tensor5D;
  /** [views, batch, classes]: each device's own exit; undefined without a local exit. */
  readonly devices: Tensor3D | undefined;
  /** [batch, classes] of each edge's local exit; empty without one. */
  readonly local: readonly Tensor2D[];
  /** [batch, classes] of each edge's exit; empty without an edge tier. */
  readonly edges: readonly Tensor2D[];
  /** [batch, classes] */
  readonly cloud: Tensor2D;
  /** [1, batch, height, width, filters] of each edge section, what would travel; empty without an edge tier. */
  readonly edgeMaps: readonly Tensor5D[];
  /** [edges, batch]: 1 where any view of that edge is present, and heard. */
  readonly edgePresent: Tensor2D;
}

interface UpperSection {
  readonly section: Section;
  readonly exit: SectionExit;
}

/** The whole network as one trainable graph: every section, every exit (DDNN, section III). */
export class Network {
  readonly architecture: ResolvedArchitecture;
  readonly shapes: NetworkShapes;
  readonly parameters: Parameters;
  readonly device: Section;
  readonly deviceExit: SectionExit | undefined;
  readonly edges: readonly UpperSection[];
  readonly cloud: UpperSection;
  /** Names of all norms; each comes after those that it depends on. */
  readonly norms: readonly string[];
  readonly #groups: readonly (readonly number[])[];

  /**
   * @param random uniform in [0, 1): draws the initial weights
   * @param devices what the device sections compute with; float only for a network that stays in training, as a teacher
   */
  constructor(architecture: ResolvedArchitecture, random: () => number, devices: Arithmetic = 'binary') {
    const { input, views, classes, device, local, edge, cloud } = architecture;
    const parameters = new Parameters(random);
    this.architecture = architecture;
    this.shapes = inferShapes(architecture);
    this.parameters = parameters;
    this.#groups = edgeGroups(architecture);
    this.device = new Section('device', input, device.section, views, parameters, devices);
    if (local) {
      this.deviceExit = new SectionExit('device.exit', this.device.output, classes.length, views, parameters, devices);
      if (local.aggregator === 'concat') {
        for (const [g, group] of this.#groups.entries()) {
          addMix(parameters, g, group.length, classes.length, local.missing === 'learned');
        }
      }
    }
    type Tier = ResolvedArchitecture['cloud'];
    const upper = (name: string, tier: Tier, shape: Shape, sources: number, below: Shape): UpperSection => {
      const { section: blocks, arithmetic, missing } = tier;
      const section = new Section(name, shape, blocks, 1, parameters, arithmetic);
      const exit = new SectionExit(`${name}.exit`, section.output, classes.length, 1, parameters, arithmetic);
      const { height, width, channels } = below;
      if (missing === 'learned') parameters.addSigns(`${name}.missing`, [sources, height, width, channels]);
      return { section, exit };
    };
    this.edges = this.shapes.edges.map((tier, e) =>
      upper(`edge.${e}`, edge!, tier.input, this.#groups[e].length, this.device.output),
    );
    const below = this.shapes.edges[0] ?? this.shapes.device;
    this.cloud = upper('cloud', cloud, this.shapes.cloud.input, this.edges.length || views, below.output);
    this.norms = [
      ...this.device.norms,
      ...(this.deviceExit ? [this.deviceExit.name] : []),
      ...[...this.edges, this.cloud].flatMap(({ section, exit }) => [...section.norms, exit.name]),
    ];
  }

  /** Runs every tier on every sample. */
  run(pass: Pass, { pixels, present, heard = present }: Batch): NetworkOutput {
    const { tf, leaves } = pass;
    const { local, edge, cloud } = this.architecture;
    const { map: deviceMap } = this.device.run(pass, { maps: pixels, mask: present, constant: true });
    const devices = this.deviceExit?.run(pass, deviceMap, present);
    const masks = this.#groups.map((group) => this.#viewsOf(tf, heard, group));
    const edgePresent = tf.stack(masks.map((mask) => tf.max(mask, 0))) as Tensor2D;

    const localScores = devices
      ? this.#groups.map((group, g) =>
          joinScores(tf, local!.aggregator, this.#viewsOf(tf, devices, group), masks[g], this.#mix(pass, g)),
        )
      : [];

    const edgeScores: Tensor2D[] = [];
    const edgeMaps = this.edges.map(({ section, exit }, e) => {
      const maps = this.#viewsOf(tf, deviceMap, this.#groups[e]);
      const mask = this.edges.length > 1 ? tf.slice(edgePresent, e, 1) : undefined;
      const joined = joinFeatures(tf, edge!.aggregator, maps, masks[e], leaves.get(`${section.name}.missing`));
      const { map, features } = section.run(pass, { ...joined, mask });
      edgeScores.push(tf.squeeze(exit.run(pass, map, mask), [0]));
      return features;
    });

    const several = edgeMaps.length > 1 ? (tf.concat(edgeMaps, 0) as Tensor5D) : edgeMaps[0];
    const standIns = leaves.get('cloud.missing');
    const joined = several
      ? joinFeatures(tf, cloud.aggregator, several, edgePresent, standIns)
      : joinFeatures(tf, cloud.aggregator, deviceMap, heard, standIns);
    const { section, exit } = this.cloud;
    const { map } = section.run(pass, joined);
    // Without blocks the exit stands right behind the aggregator and takes its divisor.
    const scores = exit.run(pass, map, undefined, section.blocks.length === 0 ? joined.divisor : undefined);
    const above = { edges: edgeScores, cloud: tf.squeeze<Tensor2D>(scores, [0]), edgeMaps, edgePresent };
    return { deviceMap, devices, local: localScores, ...above };
  }

  /** The part of a tensor [views, ...] that belongs to the views of one group. */
  #viewsOf<T extends Tensor>(tf: TensorFlow, tensor: T, group: readonly number[]): T {
    if (group.length === this.architecture.views && group.every((view, i) => view === i)) return tensor;
    const parts = group.map((view) => tf.slice(tensor, view, 1));
    return (parts.length > 1 ? tf.concat(parts, 0) : parts[0]) as T;
  }

  #mix({ leaves }: Pass, group: number): MixTensors | undefined {
    const weights = leaves.get(`local.${group}.weights`) as Tensor2D | undefined;
    const bias = leaves.get(`local.${group}.bias`) as Tensor1D;
    return weights && { weights, bias, missing: leaves.get(`local.${group}.missing`) as Tensor2D | undefined };
  }
}

/** The mix starts near the average: every view's score of a class counts half for that class. Stand-ins start at 0. */
function addMix(parameters: Parameters, group: number, views: number, classes: number, standIns: boolean): void {
  const inputs = views * classes;
  parameters.add(`local.${group}.weights`, [classes, inputs], (i) =>
    Math.floor(i / inputs) === (i % inputs) % classes ? 0.5 : 0,
  );
  parameters.add(`local.${group}.bias`, [classes], () => 0);
  if (standIns) parameters.add(`local.${group}.missing`, [views, classes], () => 0);
}
