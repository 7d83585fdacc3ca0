import { readFileSync } from 'node:fs';
import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';
import { Crew, type Kernel } from './crew.js';

type Exports = Record<string, Kernel> & {
  readonly convPScratch: (height: number, width: number, channels: number, filters: number) => number;
  readonly imagesAtOnce: (height: number, width: number) => number;
};

const PAGE = 65_536;
/** Addresses below this are not given out: threads use them to communicate. */
const FIRST = PAGE;
/** From this many bytes on, it is worth waking another thread for a call. */
const WORTH_SHARING = 250_000;

/**
 * The WebAssembly kernels of `assembly`, in a memory of their own that holds one call at a time: {@link begin}, then
 * values go in, kernels run, results come out. Tensors do not know of them, so they work with every backend.
 */
export class Kernels {
  readonly #memory: WebAssembly.Memory;
  readonly #exports: Exports;
  readonly #crew: Crew;
  #next = FIRST;

  constructor(module: WebAssembly.Module) {
    this.#memory = new WebAssembly.Memory({ initial: 1, maximum: PAGE, shared: true });
    this.#exports = new WebAssembly.Instance(module, { env: { memory: this.#memory } }).exports as Exports;
    this.#crew = new Crew(module, this.#memory, Object.keys(this.#exports));
  }

  /** Forgets what the call before has left. */
  begin(): this {
    this.#next = FIRST;
    return this;
  }

  /** The address of so many bytes, whatever they hold. */
  room(bytes: number): number {
    const at = this.#next;
    this.#next = (at + bytes + 63) & ~63;
    const missing = this.#next - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    return at;
  }

  /** The address of a copy of these values. */
  place(values: Float32Array | Uint8Array): number {
    const at = this.room(values.byteLength);
    if (values instanceof Uint8Array) this.bytes(at, values.length).set(values);
    else this.floats(at, values.length).set(values);
    return at;
  }

  /** The address of a copy of a tensor's float32 values. */
  placeTensor(tf: TensorFlow, tensor: Tensor): number {
    const at = this.room(tensor.size * 4);
    this.floats(at, tensor.size).set(valuesOf(tf, tensor));
    return at;
  }

  /** Scratch memory of ConvP for all threads. */
  convPScratch(height: number, width: number, channels: number, filters: number): number {
    return this.room(this.#crew.threads * this.#exports.convPScratch(height, width, channels, filters));
  }

  /** Images that a task of the gradient kernel of a map takes. */
  imagesAtOnce(height: number, width: number): number {
    return this.#exports.imagesAtOnce(height, width);
  }

  /** Runs a kernel for each task from 0, large calls on several threads. */
  run(kernel: string, tasks: number, ...args: number[]): void {
    const work = this.#exports[kernel];
    if (tasks > 1 && this.#next - FIRST > WORTH_SHARING) this.#crew.run(kernel, work, tasks, args);
    else for (let task = 0; task < tasks; task++) work(task, 0, ...args);
  }

  /** What stands at an address; until the next {@link begin}, or {@link room}. */
  floats(at: number, count: number): Float32Array {
    return new Float32Array(this.#memory.buffer, at, count);
  }

  /** {@link floats} as bytes. */
  bytes(at: number, count: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, at, count);
  }

  /** A tensor with the float32 values at an address. */
  tensor<T extends Tensor>(tf: TensorFlow, at: number, shape: readonly number[]): T {
    const values = this.floats(
      at,
      shape.reduce((size, side) => size * side, 1),
    );
    // The wasm backend copies what it is given, others may keep it.
    return tf.tensor(tf.getBackend() === 'wasm' ? values : values.slice(), [...shape]) as T;
  }
}

let loaded: Kernels | undefined;

/**
 * The kernels of this process, loaded when first asked for. Call it once for each operation: it empties the memory, so
 * what an earlier call has placed there is gone.
 */
export function beginKernels(): Kernels {
  // This path is right both in the sources and in what is built from them.
  loaded ??= new Kernels(new WebAssembly.Module(readFileSync(new URL('../dist/kernels.wasm', import.meta.url))));
  return loaded.begin();
}

/** The values of a float32 tensor, to be read at once: on wasm they are the backend's own memory. */
export function valuesOf(tf: TensorFlow, tensor: Tensor): Float32Array {
  if (tf.getBackend() !== 'wasm') return tensor.dataSync<'float32'>();
  return (tf.backend() as unknown as { typedArrayFromHeap(of: Tensor): Float32Array }).typedArrayFromHeap(tensor);
}
