import {
  type BundleHeader,
  edgeGroups,
  fitStep,
  foldNorm,
  LOCAL_SCORE_LIMIT,
  MIX_UNIT,
  packSigns,
  type Tensor,
  UPPER_SCORE_LIMIT,
} from '@ddnn/model';
import { type Backend, disposeBatch, type FrozenNorm, FrozenNorms, type Network, type Section } from '@ddnn/tensor';
import { batchRows, createBatch } from './batches.js';
import type { DataSet } from './data-set.js';

const BATCH_ROWS = 64;

/** What one unit of a quantised score is worth at each exit: the largest score of the given rows just fits. */
export function fitSteps(
  { tf }: Backend,
  network: Network,
  norms: ReadonlyMap<string, FrozenNorm>,
  data: DataSet,
  rows: readonly number[],
): { local: number; edge: number; cloud: number } {
  const largest = { local: 0, edge: 0, cloud: 0 };
  const tensors = network.parameters.tensors(tf);
  const leaves = network.parameters.leaves(tensors);
  const widen = (exit: keyof typeof largest, scores: Float32Array) => {
    for (const score of scores) largest[exit] = Math.max(largest[exit], Math.abs(score));
  };
  for (const part of batchRows(rows, BATCH_ROWS)) {
    const batch = createBatch(tf, data, part);
    tf.tidy(() => {
      const output = network.run({ tf, leaves, norms: new FrozenNorms(tf, norms) }, batch);
      if (output.devices)
        widen('local', tf.mul(output.devices, tf.expandDims(batch.present, 2)).dataSync() as Float32Array);
      for (const [e, scores] of output.edges.entries()) {
        const present = tf.reshape(tf.slice(output.edgePresent, e, 1), [-1, 1]);
        widen('edge', tf.mul(scores, present).dataSync() as Float32Array);
      }
      widen('cloud', output.cloud.dataSync() as Float32Array);
    });
    disposeBatch(tf, batch);
  }
  tf.dispose(tensors);
  return {
    local: fitStep([largest.local], LOCAL_SCORE_LIMIT),
    edge: fitStep([largest.edge], UPPER_SCORE_LIMIT),
    cloud: fitStep([largest.cloud], UPPER_SCORE_LIMIT),
  };
}

/**
 * The tensors of a bundle: signs as bits, batch normalisation folded into integer thresholds, mix weights as integers. Names
 * as in section-weights.ts of @ddnn/model.
 *
 * @param localStep step of the local exit's scores, in which the mix's bias counts
 */
export function exportTensors(
  network: Network,
  norms: ReadonlyMap<string, FrozenNorm>,
  localStep: number,
): Map<string, Tensor> {
  const { architecture, parameters } = network;
  const tensors = new Map<string, Tensor>();

  const weights = (name: string, group: number, groups: number): Uint8Array => {
    const { values } = parameters.get(`${name}.weights`);
    return packSigns(ofGroup(values, group, groups));
  };
  /** @param largest the largest value of one input @param sources how many sources an averaged input may sum up */
  const exportSection = (section: Section, largest: number, sources: number, bundleName: (group: number) => string) => {
    for (let group = 0; group < section.groups; group++) {
      for (const [i] of section.blocks.entries()) {
        const name = `${section.name}.${i}`;
        const { scale, offset } = norms.get(name)!;
        const outputs = scale.length / section.groups;
        const fanIn = parameters.get(`${name}.weights`).values.length / scale.length;
        const divisors = i === 0 ? sources : 1;
        const limit = fanIn * (i === 0 ? largest * sources : 1);
        const thresholds = new Int32Array(divisors * outputs);
        const directions = new Int8Array(divisors * outputs);
        for (let divisor = 1; divisor <= divisors; divisor++) {
          const folded = foldNorm(
            ofGroup(scale, group, section.groups),
            ofGroup(offset, group, section.groups),
            limit,
            divisor,
          );
          thresholds.set(folded.thresholds, (divisor - 1) * outputs);
          directions.set(folded.directions, (divisor - 1) * outputs);
        }
        const target = `${bundleName(group)}.${i}`;
        tensors.set(`${target}.weights`, weights(name, group, section.groups));
        tensors.set(`${target}.thresholds`, thresholds);
        tensors.set(`${target}.directions`, directions);
      }
    }
  };
  const exportExit = (name: string, groups: number, bundleName: (group: number) => string) => {
    const { scale, offset } = norms.get(`${name}.exit`)!;
    for (let group = 0; group < groups; group++) {
      const target = `${bundleName(group)}.exit`;
      tensors.set(`${target}.weights`, weights(`${name}.exit`, group, groups));
      tensors.set(`${target}.scale`, ofGroup(scale, group, groups).slice());
      tensors.set(`${target}.offset`, ofGroup(offset, group, groups).slice());
    }
  };

  const groups = edgeGroups(architecture);
  const pixels = architecture.device.section.length === 0;
  const ofView = (view: number) => `device.${view}`;
  exportSection(network.device, 255, 1, ofView);
  if (network.deviceExit) exportExit('device', architecture.views, ofView);
  for (const [e, { section }] of network.edges.entries()) {
    const sources = architecture.edge!.aggregator === 'average' ? groups[e].length : 1;
    exportSection(section, pixels ? 255 : 1, sources, () => section.name);
    exportExit(section.name, 1, () => section.name);
  }
  const below = network.edges.length || architecture.views;
  const fromPixels = pixels && network.edges.length === 0;
  const sources = architecture.cloud.aggregator === 'average' ? below : 1;
  exportSection(network.cloud.section, fromPixels ? 255 : 1, sources, () => 'cloud');
  exportExit('cloud', 1, () => 'cloud');
  if (architecture.local?.aggregator === 'concat') exportMix(network, localStep, tensors);
  return tensors;
}

function exportMix({ parameters, edges }: Network, step: number, tensors: Map<string, Tensor>): void {
  for (let group = 0; group < Math.max(1, edges.length); group++) {
    const weights = parameters.get(`local.${group}.weights`).values;
    const bias = parameters.get(`local.${group}.bias`).values;
    tensors.set(
      `local.${group}.weights`,
      Int32Array.from(weights, (weight) => Math.round(weight * MIX_UNIT)),
    );
    tensors.set(
      `local.${group}.bias`,
      Int32Array.from(bias, (value) => Math.round((value / step) * MIX_UNIT)),
    );
  }
}

/** The header's exits: thresholds of the architecture where it has them, else those given. */
export function exitSettings(
  network: Network,
  steps: { local: number; edge: number; cloud: number },
  thresholds: { local: number; edge: number },
): BundleHeader['exits'] {
  const { local, edge } = network.architecture;
  return {
    ...(local && { local: { threshold: local.threshold ?? thresholds.local, step: steps.local } }),
    ...(edge && { edge: { threshold: edge.threshold ?? thresholds.edge, step: steps.edge } }),
    cloud: { threshold: 1, step: steps.cloud },
  };
}

function ofGroup(values: Float32Array, group: number, groups: number): Float32Array {
  const size = values.length / groups;
  return values.subarray(group * size, (group + 1) * size);
}
