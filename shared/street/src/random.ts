/**
 * A small seeded generator: mulberry32 (Tommy Ettinger, 2017, public domain), its state mixed from several numbers with
 * the finaliser of MurmurHash3. Only integer arithmetic, so that every engine draws the same numbers.
 */
export class Random {
  #state: number;

  /** The stream named by these whole numbers (each 0 to 2^53 - 1); different names give unrelated streams. */
  constructor(...name: readonly number[]) {
    let state = 0x9e3779b9;
    for (const part of name) {
      state = mix(state ^ (part >>> 0));
      state = mix(state + Math.floor(part / 0x1_0000_0000) + 0x6d2b79f5);
    }
    this.#state = state;
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the choices, each as likely. */
  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.next() * choices.length)]!;
  }

  /** Nearly normal, mean 0, deviation 1: the sum of four uniform numbers, which needs no logarithm. */
  bell(): number {
    return (this.next() + this.next() + this.next() + this.next() - 2) * 1.7320508075688772;
  }
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A fixed number in [0, 1) for a cell of a grid: what makes walls, leaves and asphalt uneven. */
export function grain(i: number, j: number, k: number): number {
  const h = mix(Math.imul(i | 0, 0x27d4eb2f) ^ Math.imul(j | 0, 0x165667b1) ^ Math.imul(k | 0, 0x1b873593));
  return (h >>> 0) / 0x1_0000_0000;
}
