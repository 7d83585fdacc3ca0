import type { Tensor, Tensor2D, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';
import { beginKernels, type Kernels, valuesOf } from './kernels.js';
import { type Operation, operate } from './operation.js';

/**
 * The linear part of ConvP (DDNN, section III-C) for one or several groups, each with weights of its own:
 *
 *   y[g,n,i,j,f] = max over |p|,|q| <= 1 of  sum over u,v,c of  w[g,f,u,v,c] x[g][n, 2i+p+u-1, 2j+q+v-1, c]
 *
 * The convolution is padded with zeros, the pooling window ignores what lies outside. Batch normalisation and sign
 * follow in {@link Section}. `weights` are signs; the gradient with respect to them goes to the real weights as it is
 * (straight-through: those are clipped to [-1, 1], where sign passes it). dL/dx and dL/dw are those of convolution and
 * max pooling: the first cell of a window that holds its maximum takes the whole gradient.
 *
 * @param maps one map [batch, height, width, channels] a group
 * @param weights [groups, filters, 3, 3, channels]: the order of a bundle's tensor
 * @param constant the maps are pixels: nobody asks for dL/dx
 * @param mask [groups, batch], 0 where nobody needs a row of a group: its sums and gradients are 0; undefined: all are
 * needed
 * @returns [groups, batch, ceil(height / 2), ceil(width / 2), filters]
 */
export function convPSums(
  tf: TensorFlow,
  maps: readonly Tensor4D[],
  weights: Tensor5D,
  constant = false,
  mask?: Tensor2D,
): Tensor5D {
  const run = new ConvP(tf, maps[0], weights, mask);
  if (constant) return operate(tf, [weights], (w) => run.operation(w, maps, []));
  return operate(tf, [weights, ...maps], (w, ...xs) => run.operation(w, xs, xs));
}

/** A map [groups, ...] as one tensor a group. */
export function apart(tf: TensorFlow, map: Tensor5D): Tensor4D[] {
  // The gradient of unstack fails where there is one part only (tfjs 4.22).
  return map.shape[0] > 1 ? (tf.unstack(map) as Tensor4D[]) : [tf.squeeze(map, [0])];
}

/** One call of the operation, with all its sizes. */
class ConvP {
  readonly #tf: TensorFlow;
  readonly #groups: number;
  readonly #map: readonly [number, number, number, number];
  readonly #filters: number;
  /** Filters rounded up to a vector. */
  readonly #lanes: number;
  /** Floats of a filter's line, 3 * channels, rounded up to what a gradient kernel takes at once. */
  readonly #line: number;
  readonly #cells: number;
  readonly #needed: Float32Array;

  constructor(tf: TensorFlow, map: Tensor4D, weights: Tensor5D, mask: Tensor2D | undefined) {
    this.#tf = tf;
    this.#map = map.shape;
    [this.#groups, this.#filters] = weights.shape;
    const [batch, height, width, channels] = map.shape;
    this.#lanes = 4 * Math.ceil(this.#filters / 4);
    this.#line = 12 * Math.ceil(channels / 4);
    this.#cells = Math.ceil(height / 2) * Math.ceil(width / 2);
    this.#needed = mask ? valuesOf(tf, mask).slice() : new Float32Array(this.#groups * batch).fill(1);
  }

  /** @param moving the maps whose gradient is wanted: all of them, or none */
  operation(weights: Tensor, maps: readonly Tensor[], moving: readonly Tensor[]): Operation {
    const k = beginKernels();
    const [batch, height, width] = this.#map;
    const images = this.#groups * batch;
    const x = this.#place(k, maps);
    const w = k.place(this.#filtersLast(weights));
    const sums = k.room(images * this.#cells * this.#filters * 4);
    const won = k.room(images * this.#cells * this.#lanes);
    k.run('convPForward', images, x, w, k.place(this.#needed), sums, won, this.#scratch(k), ...this.#sizes());
    const winners = k.bytes(won, images * this.#cells * this.#lanes).slice();
    const shape = [this.#groups, batch, Math.ceil(height / 2), Math.ceil(width / 2), this.#filters];
    return {
      value: k.tensor(this.#tf, sums, shape),
      keep: [weights, ...maps],
      gradients: (dy, [w, ...xs]) => [
        this.#weightGradient(dy, xs, winners),
        ...(moving.length > 0 ? this.#mapGradients(dy, w, winners) : []),
      ],
    };
  }

  #weightGradient(dy: Tensor, maps: readonly Tensor[], winners: Uint8Array): Tensor {
    const k = beginKernels();
    const [, , , channels] = this.#map;
    const [groups, filters] = [this.#groups, this.#filters];
    // Sums of parts, added up in order: the same on any number of threads.
    const parts = Math.ceil(4 / groups);
    const size = filters * 3 * this.#line;
    const x = this.#place(k, maps);
    const slopes = k.placeTensor(this.#tf, dy);
    const dw = k.room(groups * parts * size * 4);
    const [won, needed, scratch] = [k.place(winners), k.place(this.#needed), this.#scratch(k)];
    k.run('convPFilterGradient', groups * parts, x, slopes, won, needed, dw, scratch, parts, ...this.#sizes());
    const gradient = new Float32Array(groups * filters * 9 * channels);
    for (let part = 0; part < groups * parts; part++) {
      const sums = k.floats(dw + part * size * 4, size);
      const first = Math.floor(part / parts) * filters * 9 * channels;
      for (let row = 0, at = first; row < 3 * filters; row++) {
        for (let i = row * this.#line, end = i + 3 * channels; i < end; i++, at++) gradient[at] += sums[i];
      }
    }
    return this.#tf.tensor(gradient, [groups, filters, 3, 3, channels]);
  }

  #mapGradients(dy: Tensor, weights: Tensor, winners: Uint8Array): Tensor[] {
    const k = beginKernels();
    const [batch, height, width, channels] = this.#map;
    const volume = batch * height * width * channels;
    const slopes = k.placeTensor(this.#tf, dy);
    const w = k.place(this.#linesPadded(weights));
    const dx = k.room(this.#groups * volume * 4);
    const [won, needed, scratch] = [k.place(winners), k.place(this.#needed), this.#scratch(k)];
    const tasks = this.#groups * Math.ceil(batch / k.imagesAtOnce(height, width));
    k.run('convPInputGradient', tasks, slopes, w, won, needed, dx, scratch, ...this.#sizes());
    return Array.from({ length: this.#groups }, (_, g) => k.tensor(this.#tf, dx + g * volume * 4, this.#map));
  }

  #sizes(): number[] {
    return [...this.#map, this.#filters];
  }

  #scratch(k: Kernels): number {
    const [, height, width, channels] = this.#map;
    return k.convPScratch(height, width, channels, this.#filters);
  }

  /** The maps one behind the other; only the rows that somebody needs. */
  #place(k: Kernels, maps: readonly Tensor[]): number {
    const [batch, height, width, channels] = this.#map;
    const size = height * width * channels;
    const at = k.room(maps.length * batch * size * 4);
    const all = k.floats(at, maps.length * batch * size);
    for (const [g, map] of maps.entries()) {
      const values = valuesOf(this.#tf, map);
      for (let n = 0; n < batch; n++) {
        const image = g * batch + n;
        if (this.#needed[image] !== 0) all.set(values.subarray(n * size, (n + 1) * size), image * size);
      }
    }
    return at;
  }

  /** [groups, 3 * 3 * channels, lanes], zeros behind the filters. */
  #filtersLast(weights: Tensor): Float32Array {
    const inputs = 9 * this.#map[3];
    const values = valuesOf(this.#tf, weights);
    const result = new Float32Array(this.#groups * inputs * this.#lanes);
    for (let row = 0, at = 0; row < this.#groups * this.#filters; row++) {
      const group = Math.floor(row / this.#filters);
      const first = group * inputs * this.#lanes + (row % this.#filters);
      for (let i = 0; i < inputs; i++, at++) result[first + i * this.#lanes] = values[at];
    }
    return result;
  }

  /** [groups, filters, 3, line], zeros behind 3 * channels. */
  #linesPadded(weights: Tensor): Float32Array {
    const run = 3 * this.#map[3];
    const values = valuesOf(this.#tf, weights);
    const rows = this.#groups * this.#filters * 3;
    const result = new Float32Array(rows * this.#line);
    for (let row = 0; row < rows; row++) result.set(values.subarray(row * run, (row + 1) * run), row * this.#line);
    return result;
  }
}
