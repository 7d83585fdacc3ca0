/** Features that are sent uncoded. */
export class BareFeatures {
  encode(features: Uint8Array): Uint8Array {
    return features;
  }

  decode(bytes: Uint8Array, offset: number, length: number, out: Uint8Array): void {
    out.set(bytes.subarray(offset, offset + length));
  }
}

/** Scores that are sent uncoded: one signed byte for each class. */
export class BareScores {
  readonly #classes: number;
  #bytes = new Uint8Array(64);
  #length = 0;

  constructor(classes: number) {
    this.#classes = classes;
  }

  begin(): void {
    this.#length = 0;
  }

  add(scores: Int8Array, offset = 0): void {
    if (this.#length + this.#classes > this.#bytes.length) {
      const larger = new Uint8Array(2 * (this.#length + this.#classes));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    for (let c = 0; c < this.#classes; c++) this.#bytes[this.#length++] = scores[offset + c];
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  mostBytes(samples: number): number {
    return samples * this.#classes;
  }

  fits(length: number, samples: number): boolean {
    return length === samples * this.#classes;
  }

  decode(bytes: Uint8Array, offset: number, length: number, _samples: number, out: Int8Array): void {
    for (let i = 0; i < length; i++) out[i] = bytes[offset + i];
  }
}
