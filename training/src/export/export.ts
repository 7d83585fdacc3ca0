import {
  edgeGroups,
  foldNorm,
  LOCAL_SCORE_LIMIT,
  MIX_UNIT,
  packSigns,
  quantise,
  type ResolvedArchitecture,
  type Tensor,
} from '@ddnn/model';
import type { FrozenNorm, Network } from '@ddnn/tensor';

/** What enters the first block of a section. */
interface InputRange {
  /** The largest value of one input: 255 for a pixel, 1 for a bit. */
  readonly largest: number;
  /** How many sources an average may be the sum of, else 1. */
  readonly divisors: number;
}

/**
 * The tensors of a bundle: signs as bits, batch normalisation folded into integer thresholds, mix weights as integers,
 * float sections as they are. Names as in section-weights.ts of @ddnn/model.
 *
 * @param localStep step of the local exit's scores, in which the mix's bias and stand-ins count
 */
export function exportTensors(
  network: Network,
  norms: ReadonlyMap<string, FrozenNorm>,
  localStep: number,
): Map<string, Tensor> {
  const { architecture, device, edges, cloud } = network;
  const { views, local, edge } = architecture;
  const tensors = new Map<string, Tensor>();
  const exporter = new Exporter(network, norms, tensors);
  const devices = Array.from({ length: views }, (_, view) => `device.${view}`);
  const pixelsLeave = device.blocks.length === 0;
  const divisors = (aggregator: string, sources: number) => (aggregator === 'average' ? sources : 1);

  exporter.blocks('device', device.blocks.length, devices, { largest: 255, divisors: 1 });
  if (local) exporter.exit('device', devices);
  for (const [e, group] of edgeGroups(architecture).entries()) {
    if (!edge) continue;
    const range = { largest: pixelsLeave ? 255 : 1, divisors: divisors(edge.aggregator, group.length) };
    exporter.upper(edges[e], edge, range);
  }
  const sources = edge ? edges.length : views;
  const range = { largest: pixelsLeave && !edge ? 255 : 1, divisors: divisors(architecture.cloud.aggregator, sources) };
  exporter.upper(cloud, architecture.cloud, range);
  if (local?.aggregator === 'concat') {
    for (const g of edgeGroups(architecture).keys()) exporter.mix(`local.${g}`, localStep, local.missing === 'learned');
  }
  return tensors;
}

/** Splits parameters and norms of the graph, group by group, under the names of the bundle. */
class Exporter {
  readonly #network: Network;
  readonly #norms: ReadonlyMap<string, FrozenNorm>;
  readonly #tensors: Map<string, Tensor>;

  constructor(network: Network, norms: ReadonlyMap<string, FrozenNorm>, tensors: Map<string, Tensor>) {
    this.#network = network;
    this.#norms = norms;
    this.#tensors = tensors;
  }

  /** Section, exit and stand-ins of an edge or of the cloud. */
  upper(
    { section, exit }: Network['cloud'],
    { arithmetic, missing }: ResolvedArchitecture['cloud'],
    range: InputRange,
  ): void {
    const { name } = section;
    if (arithmetic === 'float') {
      for (const norm of [...section.norms, exit.name]) this.float(norm);
    } else {
      this.blocks(name, section.blocks.length, [name], range);
      this.exit(name, [name]);
    }
    if (missing === 'learned') this.#standIns(`${name}.missing`);
  }

  /** Each source begins at a new byte, as its features would. */
  #standIns(name: string): void {
    const { values, shape } = this.#network.parameters.get(name);
    const [sources] = shape;
    const maps = Array.from({ length: sources }, (_, source) => [...packSigns(ofGroup(values, source, sources))]);
    this.#tensors.set(name, Uint8Array.from(maps.flat()));
  }

  /** @param targets name of each group's section in the bundle */
  blocks(section: string, count: number, targets: readonly string[], range: InputRange): void {
    for (const [group, target] of targets.entries()) {
      for (let i = 0; i < count; i++) {
        const part = (values: Float32Array) => ofGroup(values, group, targets.length);
        const { scale, offset } = this.#norms.get(`${section}.${i}`)!;
        const weights = part(this.#values(`${section}.${i}.weights`));
        const { largest, divisors } = i === 0 ? range : { largest: 1, divisors: 1 };
        const outputs = part(scale).length;
        const limit = (weights.length / outputs) * largest * divisors;
        const thresholds = new Int32Array(divisors * outputs);
        const directions = new Int8Array(divisors * outputs);
        for (let divisor = 1; divisor <= divisors; divisor++) {
          const folded = foldNorm(part(scale), part(offset), limit, divisor);
          thresholds.set(folded.thresholds, (divisor - 1) * outputs);
          directions.set(folded.directions, (divisor - 1) * outputs);
        }
        this.#tensors.set(`${target}.${i}.weights`, packSigns(weights));
        this.#tensors.set(`${target}.${i}.thresholds`, thresholds);
        this.#tensors.set(`${target}.${i}.directions`, directions);
      }
    }
  }

  exit(section: string, targets: readonly string[]): void {
    const { scale, offset } = this.#norms.get(`${section}.exit`)!;
    for (const [group, target] of targets.entries()) {
      const part = (values: Float32Array) => ofGroup(values, group, targets.length).slice();
      this.#tensors.set(`${target}.exit.weights`, packSigns(part(this.#values(`${section}.exit.weights`))));
      this.#tensors.set(`${target}.exit.scale`, part(scale));
      this.#tensors.set(`${target}.exit.offset`, part(offset));
    }
  }

  /** A float block or exit, as it is. */
  float(name: string): void {
    const { scale, offset } = this.#norms.get(name)!;
    this.#tensors.set(`${name}.weights`, this.#values(`${name}.weights`).slice());
    this.#tensors.set(`${name}.scale`, scale.slice());
    this.#tensors.set(`${name}.offset`, offset.slice());
  }

  mix(name: string, step: number, standIns: boolean): void {
    const units = (values: Float32Array, unit: number) => Int32Array.from(values, (value) => Math.round(value / unit));
    this.#tensors.set(`${name}.weights`, units(this.#values(`${name}.weights`), 1 / MIX_UNIT));
    this.#tensors.set(`${name}.bias`, units(this.#values(`${name}.bias`), step / MIX_UNIT));
    if (standIns) {
      const scores = this.#values(`${name}.missing`);
      const quantised = Int8Array.from(scores, (score) => quantise(score, step, LOCAL_SCORE_LIMIT));
      this.#tensors.set(`${name}.missing`, quantised);
    }
  }

  #values(parameter: string): Float32Array {
    return this.#network.parameters.get(parameter).values;
  }
}

function ofGroup(values: Float32Array, group: number, groups: number): Float32Array {
  const size = values.length / groups;
  return values.subarray(group * size, (group + 1) * size);
}
