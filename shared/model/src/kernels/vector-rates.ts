import { KernelMemory } from './kernel-memory.js';

/** Vectors of 16 bytes a second that WebAssembly gets through on this machine, at best. */
export interface VectorRates {
  /** Additions of eight 16-bit lanes in registers. */
  readonly adds: number;
  /** Vectors read from the first cache, each added to a register. */
  readonly loads: number;
}

const ROUNDS = 100_000;
const TRIES = 20;

/** Measures them, about 5 ms each: the fastest of some tries, since other work can only slow one down. */
export function measureVectorRates(): VectorRates {
  const memory = new KernelMemory();
  const at = memory.room(512);
  const { addVectors, loadVectors } = memory.kernels;
  const best = (vectors: number, run: () => void) => {
    let seconds = Infinity;
    for (let i = 0; i < TRIES; i++) {
      const start = performance.now();
      run();
      seconds = Math.min(seconds, (performance.now() - start) / 1000);
    }
    return (vectors * ROUNDS) / seconds;
  };
  return { adds: best(12, () => addVectors(ROUNDS)), loads: best(8, () => loadVectors(at, ROUNDS)) };
}
