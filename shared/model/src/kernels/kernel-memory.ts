import { instantiateKernels, type Kernels } from './kernels.js';

const PAGE = 65_536;
/** Kernels read a vector to the left of the first address, and up to this many bytes behind the last. */
const MARGIN = 256;

/**
 * The memory of one section and its exit. Everything is laid out before the first run; after that it neither grows nor
 * moves. It is freed with its section.
 */
export class KernelMemory {
  readonly kernels: Kernels;
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  #next = MARGIN;

  constructor() {
    this.kernels = instantiateKernels(this.#memory);
  }

  /** The address of so many bytes, all 0, with 16 more zeros on either side. */
  room(bytes: number): number {
    const at = this.#next;
    this.#next = (at + bytes + 31) & ~15;
    const missing = this.#next + MARGIN - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    return at;
  }

  /** The address of a copy of these values. */
  place(
    values: Int16Array | Uint16Array | Int32Array | Uint32Array | Uint8Array | Float32Array | Float64Array,
  ): number {
    const at = this.room(values.byteLength);
    this.bytes(at, values.byteLength).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return at;
  }

  /** The address of a vector whose first `bytes` bytes are all ones: a mask of a row's last columns. */
  mask(bytes: number): number {
    return this.place(Uint8Array.from({ length: 16 }, (_, i) => (i < bytes ? 255 : 0)));
  }

  /** The bytes at an address. Call it when everything has been laid out. */
  bytes(at: number, count: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, at, count);
  }

  /** {@link bytes} as integers of 32 bits. */
  integers(at: number, count: number): Int32Array {
    return new Int32Array(this.#memory.buffer, at, count);
  }

  /** {@link bytes} as float32. */
  floats(at: number, count: number): Float32Array {
    return new Float32Array(this.#memory.buffer, at, count);
  }
}
