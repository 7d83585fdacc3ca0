/**
 * The features of the last captured samples, until the edge asks for them. A ring of typed arrays, addressed by
 * `slot % capacity`: bounded, and without an allocation per sample.
 */
export class FeatureCache {
  readonly #slots: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #size: number;

  /** @param capacity samples kept @param size bytes of one sample's features */
  constructor(capacity: number, size: number) {
    this.#slots = new Float64Array(capacity).fill(-1);
    this.#bytes = new Uint8Array(capacity * size);
    this.#size = size;
  }

  put(slot: number, features: Uint8Array): void {
    const cell = slot % this.#slots.length;
    this.#slots[cell] = slot;
    this.#bytes.set(features, cell * this.#size);
  }

  /**
   * A view into the cache, valid until `capacity` more samples have come; null: the cache does not have it, or no
   * longer.
   */
  get(slot: number): Uint8Array | null {
    const cell = slot % this.#slots.length;
    return this.#slots[cell] === slot ? this.#bytes.subarray(cell * this.#size, (cell + 1) * this.#size) : null;
  }
}
