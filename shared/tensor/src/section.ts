import { type Arithmetic, type Block, blockShape, type Shape, volume } from '@ddnn/model';
import type { Tensor, Tensor2D, Tensor3D, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';
import { apart, convPSums } from './convp.js';
import { fcSums } from './fc.js';
import type { Norms } from './norm.js';
import type { Leaves, Parameters } from './parameters.js';
import { sign } from './sign.js';

/** One run of the graph. */
export interface Pass {
  readonly tf: TensorFlow;
  readonly leaves: Leaves;
  readonly norms: Norms;
  /** Takes the place of {@link sign} where a test needs something smooth. */
  readonly activation?: (tf: TensorFlow, x: Tensor5D) => Tensor5D;
}

/** What enters a section. */
export interface SectionInput {
  /** One map [batch, height, width, channels] a group. */
  readonly maps: readonly Tensor4D[];
  /** The maps are pixels: constants. */
  readonly constant?: boolean;
  /** [groups, batch], 1 where a row of a group counts; undefined: all do. */
  readonly mask?: Tensor2D | undefined;
  /** [1, batch, 1, 1, 1]: how many sources the map is the sum of, to divide by behind the first linear operation. */
  readonly divisor?: Tensor5D | undefined;
}

/** What leaves a section. */
export interface SectionOutput {
  /** [groups, batch, height, width, channels]: what the tier's own exit reads. */
  readonly map: Tensor5D;
  /**
   * What is sent, of the same shape: signs. It is the same map, except in a float section, where it has the signs of
   * the last sums.
   */
  readonly features: Tensor5D;
}

/**
 * The blocks of one tier, in training. Each is a linear operation → batch normalisation → sign; in a float section
 * max(0, x) in place of sign, with real weights and ordinary gradients. Several groups (the views of the device tier)
 * run side by side, each with its own weights.
 */
export class Section {
  readonly name: string;
  readonly groups: number;
  readonly blocks: readonly Block[];
  readonly output: Shape;
  /** Names of the norms in running order. */
  readonly norms: readonly string[];
  readonly #arithmetic: Arithmetic;

  constructor(
    name: string,
    input: Shape,
    blocks: readonly Block[],
    groups: number,
    parameters: Parameters,
    arithmetic: Arithmetic = 'binary',
  ) {
    this.name = name;
    this.#arithmetic = arithmetic;
    this.groups = groups;
    this.blocks = blocks;
    let shape = input;
    for (const [i, block] of blocks.entries()) {
      addBlock(parameters, `${name}.${i}`, shape, block, groups, arithmetic);
      shape = blockShape(shape, block);
    }
    this.output = shape;
    this.norms = blocks.map((_, i) => `${name}.${i}`);
  }

  /** Runs the blocks; without any it returns the maps as they are. */
  run(pass: Pass, { maps, mask, divisor, constant }: SectionInput): SectionOutput {
    const { tf, leaves, norms, activation = sign } = pass;
    const float = this.#arithmetic === 'float';
    let x: Tensor5D | undefined;
    let normed: Tensor5D | undefined;
    for (const [i, block] of this.blocks.entries()) {
      const name = `${this.name}.${i}`;
      const weights = leaves.get(`${name}.weights`) as Tensor;
      const sums =
        'fc' in block
          ? fcSums(tf, x ?? stacked(tf, maps), weights as Tensor3D, mask)
          : convPSums(tf, x ? apart(tf, x) : maps, weights as Tensor5D, constant && i === 0, mask);
      const averaged = divisor && i === 0 ? tf.div<Tensor5D>(sums, divisor) : sums;
      const last = i === this.blocks.length - 1;
      // After the last block of a float section, features and exit need two different activations of the same norm.
      if (norms.activate && !pass.activation && !(float && last)) {
        x = norms.activate(name, averaged, mask, float ? 'relu' : 'sign');
      } else {
        normed = norms.apply(name, averaged, mask);
        x = float ? tf.relu(normed) : activation(tf, normed);
      }
    }
    const map = x ?? stacked(tf, maps);
    return { map, features: float && normed ? activation(tf, normed) : map };
  }
}

/** The classifier behind a section: binary fully connected → batch normalisation → scores. */
export class SectionExit {
  readonly name: string;
  readonly groups: number;
  readonly #classes: number;

  /** @param name the section's name with `.exit` */
  constructor(
    name: string,
    input: Shape,
    classes: number,
    groups: number,
    parameters: Parameters,
    arithmetic: Arithmetic = 'binary',
  ) {
    this.name = name;
    this.groups = groups;
    this.#classes = classes;
    addBlock(parameters, name, input, { fc: { units: classes } }, groups, arithmetic);
  }

  /** Scores [groups, batch, classes] of a section's output; `divisor` only where the section has no block. */
  run({ tf, leaves, norms }: Pass, map: Tensor5D, mask?: Tensor2D, divisor?: Tensor5D): Tensor3D {
    const sums = fcSums(tf, map, leaves.get(`${this.name}.weights`) as Tensor3D, mask);
    const scores = norms.apply(this.name, divisor ? tf.div<Tensor5D>(sums, divisor) : sums, mask);
    return tf.reshape(scores, [this.groups, map.shape[1], this.#classes]);
  }
}

function stacked(tf: TensorFlow, maps: readonly Tensor4D[]): Tensor5D {
  return maps.length > 1 ? (tf.stack([...maps]) as Tensor5D) : tf.expandDims(maps[0], 0);
}

function addBlock(
  parameters: Parameters,
  name: string,
  input: Shape,
  block: Block,
  groups: number,
  arithmetic: Arithmetic,
): void {
  const isFc = 'fc' in block;
  const outputs = isFc ? block.fc.units : block.convp.filters;
  const shape = isFc ? [groups, outputs, volume(input)] : [groups, outputs, 3, 3, input.channels];
  const fanIn = isFc ? volume(input) : 9 * input.channels;
  if (arithmetic === 'float') parameters.addFloat(`${name}.weights`, shape, fanIn);
  else parameters.addBinary(`${name}.weights`, shape, fanIn, isFc ? outputs : 9 * outputs);
  parameters.add(`${name}.gamma`, [groups * outputs], () => 1);
  parameters.add(`${name}.beta`, [groups * outputs], () => 0);
}
