import { MIX_UNIT } from '../aggregate/score-aggregator.js';
import type { Block, ResolvedArchitecture } from '../architecture/architecture.js';
import { GATE_LENGTH, GATE_UNIT } from '../architecture/confidence.js';
import { edgeGroups } from '../architecture/resolve.js';
import { blockShape, inferShapes, type Shape, volume } from '../architecture/shapes.js';
import { type BundleHeader, encodeBundle } from '../bundle/bundle.js';
import type { Tensor } from '../bundle/bundle-file.js';
import { CERTAIN } from '../code/arithmetic-coder.js';
import { LOG_ODDS_UNIT } from '../code/log-odds.js';
import { MapContext } from '../code/map-context.js';
import { scoreShareCount } from '../code/score-code.js';
import { bitBytes } from '../numbers/bits.js';
import { createRandom } from '../numbers/random.js';
import { floatWeightCount } from '../plain/float-block.js';
import { LOCAL_SCORE_LIMIT, scoreLevels, UPPER_SCORE_LIMIT } from '../plain/quantise.js';

/** Scores of a random bundle stay within about this, so that confident and uncertain samples both occur. */
const LARGEST_SCORE = 8;

/** How a block's input values spread: bits are -1 and +1, pixels 0 to 255. */
const BIT_SPREAD = 1;
const PIXEL_SPREAD = 128;

/**
 * A whole bundle with seeded random weights: every tensor in place, nothing learned. For tests and for trying out an
 * architecture; the same architecture and seed give the same bytes.
 */
export function randomBundle(architecture: ResolvedArchitecture, seed: number): Uint8Array {
  const { views, classes, device, local, edge, cloud } = architecture;
  const shapes = inferShapes(architecture);
  const random = new RandomTensors(seed, classes.length);
  for (let view = 0; view < views; view++) {
    random.section(`device.${view}`, shapes.device.input, device.section, 1, PIXEL_SPREAD);
    if (local) random.exit(`device.${view}`, shapes.device.output);
  }
  const groups = edgeGroups(architecture);
  const spread = device.section.length > 0 ? BIT_SPREAD : PIXEL_SPREAD;
  for (const [index, { input, output }] of shapes.edges.entries()) {
    const divisors = edge?.aggregator === 'average' ? groups[index].length : 1;
    random.upper(`edge.${index}`, edge!, input, output, divisors, spread);
    if (edge?.missing === 'learned') random.standIns(`edge.${index}`, groups[index].length, shapes.device.output);
  }
  if (local?.aggregator === 'concat') {
    for (const [index, group] of groups.entries()) {
      random.mix(`local.${index}`, group.length, local.missing === 'learned');
    }
  }
  const below = shapes.edges[0] ?? shapes.device;
  const sources = shapes.edges.length || views;
  const divisors = cloud.aggregator === 'average' ? sources : 1;
  random.upper('cloud', cloud, shapes.cloud.input, shapes.cloud.output, divisors, edge ? BIT_SPREAD : spread);
  if (cloud.missing === 'learned') random.standIns('cloud', sources, below.output);
  // Last, so that the weights of an architecture without gates stay as they are.
  if (local?.confidence === 'gate') random.gate('local');
  if (edge?.confidence === 'gate') random.gate('edge');
  const levels = scoreLevels(architecture);
  if (device.coding === 'arithmetic') {
    for (let view = 0; view < views; view++) random.code(`device.${view}.code`, shapes.device.output, levels);
  }

  const upper = LARGEST_SCORE / UPPER_SCORE_LIMIT;
  const exits: BundleHeader['exits'] = {
    ...(local
      ? { local: { threshold: local.threshold ?? 0.8, step: LARGEST_SCORE / (levels ?? LOCAL_SCORE_LIMIT) } }
      : {}),
    ...(edge ? { edge: { threshold: edge.threshold ?? 0.8, step: upper } } : {}),
    cloud: { threshold: 1, step: upper },
  };
  return encodeBundle({ architecture, exits, figures: { origin: `random weights, seed ${seed}` } }, random.tensors);
}

/** Draws tensors one after the other from one stream of random numbers. */
class RandomTensors {
  readonly tensors = new Map<string, Tensor>();
  readonly #classes: number;
  readonly #next: () => number;

  constructor(seed: number, classes: number) {
    this.#next = createRandom(seed);
    this.#classes = classes;
  }

  /** Section and exit of an edge or of the cloud. */
  upper(
    name: string,
    { section, arithmetic }: ResolvedArchitecture['cloud'],
    input: Shape,
    output: Shape,
    divisors: number,
    spread: number,
  ): void {
    if (arithmetic === 'float') this.floatSection(name, input, section, spread);
    else {
      this.section(name, input, section, divisors, spread);
      this.exit(name, output);
    }
  }

  standIns(name: string, sources: number, below: Shape): void {
    const maps = Array.from({ length: sources }, () => [...this.#bits(volume(below))]);
    this.tensors.set(`${name}.missing`, Uint8Array.from(maps.flat()));
  }

  section(name: string, input: Shape, section: readonly Block[], divisors: number, spread: number): void {
    let shape = input;
    for (const [i, block] of section.entries()) {
      const output = blockShape(shape, block);
      const norms = output.channels * (i === 0 ? divisors : 1);
      const taps = 'fc' in block ? volume(shape) : 9 * shape.channels;
      const deviation = Math.sqrt(taps) * (i === 0 ? spread : BIT_SPREAD);
      // Pooling takes the largest of nine sums, so a threshold around 0 would set nearly every bit.
      const centre = 'fc' in block ? 0 : deviation;
      this.tensors.set(`${name}.${i}.weights`, this.#bits(taps * output.channels));
      const directions = Int8Array.from({ length: norms }, () => (this.#next() < 0.5 ? -1 : 1));
      const thresholds = Int32Array.from(directions, (direction) =>
        Math.round(direction * (centre + (this.#next() - 0.5) * deviation)),
      );
      this.tensors.set(`${name}.${i}.thresholds`, thresholds);
      this.tensors.set(`${name}.${i}.directions`, directions);
      shape = output;
    }
  }

  exit(name: string, output: Shape): void {
    const inputs = volume(output);
    const classes = { length: this.#classes };
    this.tensors.set(`${name}.exit.weights`, this.#bits(inputs * this.#classes));
    const scale = Float32Array.from(classes, () => (1 + 2 * this.#next()) / Math.sqrt(inputs));
    this.tensors.set(`${name}.exit.scale`, scale);
    this.tensors.set(
      `${name}.exit.offset`,
      Float32Array.from(classes, () => this.#next() - 0.5),
    );
  }

  /** A float section and its exit; weights of each output so large that its sums spread by about 1. */
  floatSection(name: string, input: Shape, section: readonly Block[], spread: number): void {
    let shape = input;
    for (const [i, block] of section.entries()) {
      const output = blockShape(shape, block);
      this.#floatLayer(`${name}.${i}`, floatWeightCount(shape, block), output.channels, i === 0 ? spread : 1);
      shape = output;
    }
    const exitSpread = section.length > 0 ? 1 : spread;
    this.#floatLayer(`${name}.exit`, volume(shape) * this.#classes, this.#classes, exitSpread);
  }

  #floatLayer(name: string, count: number, outputs: number, spread: number): void {
    const size = Math.sqrt((3 * outputs) / count) / spread;
    const draw = (length: number, value: () => number) => Float32Array.from({ length }, value);
    this.tensors.set(
      `${name}.weights`,
      draw(count, () => (2 * this.#next() - 1) * size),
    );
    this.tensors.set(
      `${name}.scale`,
      draw(outputs, () => 0.5 + this.#next()),
    );
    this.tensors.set(
      `${name}.offset`,
      draw(outputs, () => this.#next() - 0.5),
    );
  }

  mix(name: string, views: number, standIns: boolean): void {
    const draw = () => Math.round((this.#next() * 2 - 0.5) * (MIX_UNIT / Math.sqrt(views)));
    this.tensors.set(`${name}.weights`, Int32Array.from({ length: this.#classes ** 2 * views }, draw));
    this.tensors.set(`${name}.bias`, Int32Array.from({ length: this.#classes }, draw));
    if (standIns) {
      const score = () => Math.round((this.#next() - 0.5) * LOCAL_SCORE_LIMIT);
      this.tensors.set(`${name}.missing`, Int8Array.from({ length: views * this.#classes }, score));
    }
  }

  gate(name: string): void {
    const draw = () => Math.round((2 * this.#next() - 1) * GATE_UNIT);
    this.tensors.set(`${name}.gate`, Int32Array.from({ length: GATE_LENGTH }, draw));
  }

  /** A code whose bits are likely to be as their neighbours, and whose scores are likely to be low. */
  code(name: string, output: Shape, levels: number | undefined): void {
    const draw = (length: number) => Int16Array.from({ length }, () => Math.round(LOG_ODDS_UNIT * this.#next()));
    this.tensors.set(`${name}.bias`, draw(volume(output)));
    this.tensors.set(`${name}.neighbours`, draw(new MapContext(output).weights));
    if (levels === undefined) return;
    const length = scoreShareCount(this.#classes, levels);
    const share = () => Math.round(CERTAIN * (0.5 + 0.4 * this.#next()));
    this.tensors.set(`${name}.scores`, Uint16Array.from({ length }, share));
  }

  #bits(count: number): Uint8Array {
    const bytes = new Uint8Array(bitBytes(count));
    for (let i = 0; i < bytes.length * 8; i++) {
      const one = this.#next() < 0.5;
      // Padding bits are drawn, so that every tensor takes whole bytes of randomness, but stay 0.
      if (one && i < count) bytes[i >> 3] |= 1 << (i & 7);
    }
    return bytes;
  }
}
