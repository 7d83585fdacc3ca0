import { readFileSync } from 'node:fs';

/** Vectors of 16 bytes a second that WebAssembly gets through on this machine, at best. */
export interface VectorRates {
  /** Additions of eight 16-bit lanes in registers. */
  readonly adds: number;
  /** Vectors read from the first cache, each added to a register. */
  readonly loads: number;
}

/** What `assembly/rates.ts` exports. */
interface Exports {
  addVectors(rounds: number): number;
  loadVectors(at: number, rounds: number): number;
}

/** What is used here of WebAssembly: the types of Node 20 lack it. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Exports };
}

const ROUNDS = 100_000;
const TRIES = 20;
/** Where vectors are read: any bytes of its memory that nothing else uses. */
const AT = 1024;

/** Measures them, about 5 ms each: the fastest of some tries, since other work can only slow one down. */
export function measureVectorRates(): VectorRates {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;
  const bytes = readFileSync(new URL('../../dist/rates.wasm', import.meta.url));
  const { addVectors, loadVectors } = new Instance(new Module(bytes)).exports;
  const best = (vectors: number, run: () => void) => {
    let seconds = Infinity;
    for (let i = 0; i < TRIES; i++) {
      const start = performance.now();
      run();
      seconds = Math.min(seconds, (performance.now() - start) / 1000);
    }
    return (vectors * ROUNDS) / seconds;
  };
  return { adds: best(12, () => addVectors(ROUNDS)), loads: best(8, () => loadVectors(AT, ROUNDS)) };
}
