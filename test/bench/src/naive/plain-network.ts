import type { AggregatorName, Arithmetic, Block, ResolvedArchitecture } from '@ddnn/model';
import { type Batch, type Scalar, sign, type Tensor, type Tensor2D, type TensorFlow } from '@ddnn/tensor';
import { TrainingError } from '@ddnn/training';

/** Below every bit and score. */
const NOTHING = -1e6;
const EPSILON = 1e-5;
type Variable = ReturnType<TensorFlow['variable']>;

/**
 * The same network as one would write it down with TensorFlow.js: view by view and all of them dense, each block its
 * conv2d, maxPool, batchNorm and sign, with tf's own gradients and Adam. What training here is measured against;
 * nothing is exported from it.
 */
export class PlainNetwork {
  readonly #tf: TensorFlow;
  readonly #architecture: ResolvedArchitecture;
  readonly #variables = new Map<string, Variable>();
  readonly #optimiser: ReturnType<TensorFlow['train']['adam']>;

  /** Throws `DDNN_TRAINING_OPTION` for a network with an edge tier. */
  constructor(tf: TensorFlow, architecture: ResolvedArchitecture) {
    if (architecture.edge) {
      throw new TrainingError('DDNN_TRAINING_OPTION', `${architecture.name}: there is no plain way for an edge tier`);
    }
    this.#tf = tf;
    this.#architecture = architecture;
    this.#optimiser = tf.train.adam(1e-3);
  }

  /** One step of training; returns the joint loss. */
  step(batch: Batch, labels: Tensor2D): number {
    // The optimiser takes the variables that are there before it runs.
    if (this.#variables.size === 0) this.#tf.tidy(() => void this.#loss(batch, labels));
    const loss = this.#optimiser.minimize(() => this.#loss(batch, labels), true)!;
    const [value] = loss.dataSync();
    loss.dispose();
    return value;
  }

  #loss({ pixels, present }: Batch, labels: Tensor2D): Scalar {
    const tf = this.#tf;
    const { device, local, cloud, classes } = this.#architecture;
    const { arithmetic = 'binary' } = cloud;
    const masks = tf.unstack(present);
    const maps = pixels.map((map, view) => this.#section(`device${view}`, map, device.section, 'binary'));
    const losses: Tensor[] = [];
    if (local) {
      const scores = maps.map((map, view) => this.#exit(`device${view}`, map, 'binary'));
      losses.push(...scores.map((each, view) => this.#crossEntropy(each, labels, masks[view])));
      const joined = this.#join(local.aggregator, scores, masks);
      const mixed = local.aggregator === 'concat' ? this.#fc('local', joined, classes.length, 'float') : joined;
      losses.push(this.#crossEntropy(mixed, labels));
    }
    const map = this.#section('cloud', this.#join(cloud.aggregator, maps, masks), cloud.section, arithmetic);
    losses.push(this.#crossEntropy(this.#exit('cloud', map, arithmetic), labels));
    return tf.addN(losses) as Scalar;
  }

  #section(name: string, input: Tensor, blocks: readonly Block[], arithmetic: Arithmetic): Tensor {
    return blocks.reduce((x, block, i) => {
      const at = `${name}.${i}`;
      const sums =
        'fc' in block
          ? this.#fc(at, x, block.fc.units, arithmetic)
          : this.#convP(at, x, block.convp.filters, arithmetic);
      const normed = this.#norm(at, sums);
      return arithmetic === 'float' ? this.#tf.relu(normed) : sign(this.#tf, normed);
    }, input);
  }

  #exit(name: string, map: Tensor, arithmetic: Arithmetic): Tensor {
    const at = `${name}.exit`;
    return this.#norm(at, this.#fc(at, map, this.#architecture.classes.length, arithmetic));
  }

  #convP(name: string, x: Tensor, filters: number, arithmetic: Arithmetic): Tensor {
    const weights = this.#weights(name, [3, 3, x.shape.at(-1)!, filters], arithmetic);
    return this.#tf.maxPool(this.#tf.conv2d(x as never, weights as never, 1, 1), 3, 2, 1);
  }

  #fc(name: string, x: Tensor, units: number, arithmetic: Arithmetic): Tensor {
    const rows = this.#tf.reshape(x, [x.shape[0], -1]);
    return this.#tf.matMul(rows, this.#weights(name, [rows.shape[1]!, units], arithmetic));
  }

  #norm(name: string, x: Tensor): Tensor {
    const tf = this.#tf;
    const channels = [x.shape.at(-1)!];
    const { mean, variance } = tf.moments(x, [...x.shape.keys()].slice(0, -1));
    const beta = this.#variable(`${name}.beta`, () => tf.zeros(channels));
    const gamma = this.#variable(`${name}.gamma`, () => tf.ones(channels));
    return tf.batchNorm(x, mean as never, variance as never, beta as never, gamma as never, EPSILON);
  }

  #join(aggregator: AggregatorName, parts: readonly Tensor[], masks: readonly Tensor[]): Tensor {
    const tf = this.#tf;
    const weights = masks.map((mask, i) => tf.reshape(mask, [-1, ...parts[i].shape.slice(1).fill(1)]));
    const present = parts.map((part, i) => tf.mul(part, weights[i]));
    if (aggregator === 'concat') return tf.concat(present, -1);
    if (aggregator === 'average') return tf.div(tf.addN(present), tf.maximum(tf.addN(weights), 1));
    const shown = present.map((part, i) => tf.add(part, tf.mul(tf.sub(1, weights[i]), NOTHING)));
    return tf.max(tf.stack(shown), 0);
  }

  #crossEntropy(scores: Tensor, labels: Tensor2D, mask?: Tensor): Tensor {
    const tf = this.#tf;
    const losses = tf.neg(tf.sum(tf.mul(tf.logSoftmax(scores), labels), 1));
    return mask ? tf.div(tf.sum(tf.mul(losses, mask)), tf.maximum(tf.sum(mask), 1)) : tf.mean(losses);
  }

  #weights(name: string, shape: number[], arithmetic: Arithmetic): Tensor {
    const tf = this.#tf;
    const fanIn = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const limit = arithmetic === 'float' ? Math.sqrt(6 / fanIn) : 1;
    const weights = this.#variable(`${name}.weights`, () => tf.randomUniform(shape, -limit, limit, 'float32', 1));
    return arithmetic === 'float' ? weights : sign(tf, weights as Tensor);
  }

  #variable(name: string, initial: () => Tensor): Variable {
    let variable = this.#variables.get(name);
    if (!variable) {
      variable = this.#tf.variable(initial());
      this.#variables.set(name, variable);
    }
    return variable;
  }
}
