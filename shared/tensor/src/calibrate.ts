import { setImmediate } from 'node:timers/promises';
import type { Tensor, Tensor2D, Tensor5D } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';
import type { Batch, Network } from './network.js';
import { type FrozenNorm, FrozenNorms, NORM_EPSILON, type Norms } from './norm.js';

/**
 * Finds the statistics of every norm over all given rows, with the present weights, and freezes them to scale and
 * offset. It goes from the devices upwards: the input of a norm depends on the norms below it, so each is measured
 * after those are frozen, in double precision. For inference this is exact; running averages of training would be out
 * of date.
 *
 * @param batches called once a norm; the batches are disposed of here
 */
export async function calibrateNorms(
  tf: TensorFlow,
  network: Network,
  batches: () => Iterable<Batch>,
): Promise<Map<string, FrozenNorm>> {
  const frozen = new Map<string, FrozenNorm>();
  const tensors = network.parameters.tensors(tf);
  const leaves = network.parameters.leaves(tensors);
  for (const name of network.norms) {
    const norms = new ObservedNorm(tf, frozen, name);
    for (const batch of batches()) {
      tf.tidy(() => void network.run({ tf, leaves, norms }, batch));
      disposeBatch(tf, batch);
      // Lets the caller draw.
      await setImmediate();
    }
    const gamma = network.parameters.get(`${name}.gamma`).values;
    const beta = network.parameters.get(`${name}.beta`).values;
    frozen.set(name, norms.freeze(gamma, beta));
  }
  tf.dispose(tensors);
  return frozen;
}

/** Frees a batch's tensors. */
export function disposeBatch(tf: TensorFlow, batch: Batch): void {
  tf.dispose([...batch.pixels, batch.present, ...(batch.heard ? [batch.heard] : [])] as Tensor[]);
}

/** Frozen norms up to the one that is measured; what comes after that one is not needed. */
class ObservedNorm implements Norms {
  readonly #tf: TensorFlow;
  readonly #frozen: ReadonlyMap<string, FrozenNorm>;
  readonly #norms: FrozenNorms;
  readonly #name: string;
  #sum = new Float64Array(0);
  #squares = new Float64Array(0);
  #count = new Float64Array(0);

  constructor(tf: TensorFlow, frozen: ReadonlyMap<string, FrozenNorm>, name: string) {
    this.#tf = tf;
    this.#frozen = frozen;
    this.#norms = new FrozenNorms(tf, frozen);
    this.#name = name;
  }

  apply(name: string, sums: Tensor5D, mask: Tensor2D | undefined): Tensor5D {
    if (this.#frozen.has(name)) return this.#norms.apply(name, sums);
    if (name === this.#name) this.#observe(sums, mask);
    return this.#tf.zerosLike(sums);
  }

  #observe(sums: Tensor5D, mask: Tensor2D | undefined): void {
    const [groups, batch, height, width, channels] = sums.shape;
    const values = sums.dataSync();
    const weights = mask?.dataSync();
    if (this.#sum.length === 0) {
      this.#sum = new Float64Array(groups * channels);
      this.#squares = new Float64Array(groups * channels);
      this.#count = new Float64Array(groups * channels);
    }
    const size = height * width * channels;
    for (let row = 0; row < groups * batch; row++) {
      if (weights && weights[row] === 0) continue;
      const first = Math.floor(row / batch) * channels;
      for (let i = 0, at = row * size; i < size; i++, at++) {
        const c = first + (i % channels);
        this.#sum[c] += values[at];
        this.#squares[c] += values[at] * values[at];
        this.#count[c]++;
      }
    }
  }

  freeze(gamma: Float32Array, beta: Float32Array): FrozenNorm {
    const scale = new Float32Array(gamma.length);
    const offset = new Float32Array(gamma.length);
    for (let c = 0; c < gamma.length; c++) {
      const count = this.#count[c];
      const mean = this.#sum[c] / count;
      const variance = Math.max(0, this.#squares[c] / count - mean * mean);
      // A view that no row has: its output is constant, if it appears at run time after all.
      scale[c] = count > 0 ? gamma[c] / Math.sqrt(variance + NORM_EPSILON) : 0;
      offset[c] = count > 0 ? beta[c] - mean * scale[c] : beta[c];
    }
    return { scale, offset };
  }
}
