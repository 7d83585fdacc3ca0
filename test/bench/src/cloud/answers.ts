/** Collects the answers of one slice of load. */
export class Answers {
  readonly #latencies: number[] = [];
  #same = 0;
  #onFail: ((error: Error) => void) | undefined;

  /** Rejects at the first thing that must not happen. */
  readonly failed = new Promise<never>((_, reject) => {
    this.#onFail = reject;
  });

  /** @param same it is the class that the reference section gives @param ms from sent to answered */
  add(same: boolean, ms: number): void {
    if (same) this.#same++;
    this.#latencies.push(ms);
  }

  fail(message: string): void {
    this.#onFail?.(new Error(message));
  }

  /** Samples answered. */
  get count(): number {
    return this.#latencies.length;
  }

  /** Samples whose class is the reference's. */
  get same(): number {
    return this.#same;
  }

  /** Milliseconds that a share `p` of the answers kept to. */
  percentile(p: number): number {
    const sorted = Float64Array.from(this.#latencies).sort();
    return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? 0;
  }
}
