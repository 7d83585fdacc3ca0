import { bestKernels } from '@ddnn/model';
import { createTable, ProgressLine, printJson } from 'ddnn/terminal';
import pc from 'picocolors';
import { median } from '../median.js';
import { loadPlainWasm } from '../naive/plain-wasm.js';
import { type SectionCase, sectionCases, sizeName } from './cases.js';
import { countVectors, floorMicroseconds, type VectorCount } from './floor.js';
import { measureVectorRates, type VectorRates } from './vector-rates.js';
import { prepareWays, type WayName } from './ways.js';

interface SectionFlags {
  readonly rounds: number;
  readonly json?: boolean;
}

/** How long each way runs in each round, in milliseconds; at least one run. */
const SLICE_MS = 20;
const WAYS: readonly WayName[] = ['own', 'plain', 'tfjs'];

interface CaseResult extends VectorCount {
  readonly size: string;
  /** Filters of the last block. */
  readonly filters: number;
  readonly blocks: readonly number[];
  readonly us: number;
  readonly plainUs: number;
  readonly tfjsUs: number;
  readonly ratio: number;
  readonly plainRatio: number;
  /**
   * Of the fastest round of each: on a busy machine the reference, which allocates, loses more than its share of the
   * medians.
   */
  readonly fastestUs: number;
  readonly fastestTfjsUs: number;
  readonly fastestRatio: number;
  readonly floorUs: number;
  readonly overFloor: number;
}

/**
 * `ddnn bench section`: device sections through all ways in one process, in turn, so that other work on the machine
 * slows them alike. Medians of the rounds; the first one warms up and counts for nothing.
 */
export async function benchSection(flags: SectionFlags): Promise<void> {
  const tf = await loadPlainWasm();
  const line = new ProgressLine();
  const cases: CaseResult[] = [];
  let rates = measureVectorRates();
  try {
    for (const [i, one] of sectionCases.entries()) {
      const progress = (share: number) => line.update((i + share) / sectionCases.length, sizeName(one.input));
      const times = measureCase(prepareWays(tf, one), flags.rounds, progress);
      // Measured again beside each case, the best counts: a slow moment must not lower the floor's rate.
      rates = best(rates, measureVectorRates());
      cases.push(result(one, times, rates));
    }
  } finally {
    line.end();
  }
  report(flags, cases, rates);
}

/** Microseconds a run. */
interface Times {
  readonly median: number;
  readonly fastest: number;
}

/** Each way's rounds. */
function measureCase(
  ways: Readonly<Record<WayName, () => void>>,
  rounds: number,
  progress: (share: number) => void,
): Record<WayName, Times> {
  const runs = { own: 1, plain: 1, tfjs: 1 };
  const seen: Record<WayName, number[]> = { own: [], plain: [], tfjs: [] };
  for (let round = 0; round <= rounds; round++) {
    progress(round / (rounds + 1));
    for (const way of WAYS) {
      const run = ways[way];
      if (round === 0) runs[way] = warmUp(run);
      const start = performance.now();
      for (let i = 0; i < runs[way]; i++) run();
      const us = ((performance.now() - start) * 1000) / runs[way];
      if (round > 0) seen[way].push(us);
    }
  }
  const times = (way: WayName): Times => ({ median: median(seen[way]), fastest: Math.min(...seen[way]) });
  return { own: times('own'), plain: times('plain'), tfjs: times('tfjs') };
}

/** Runs for some slices, so that the engine has compiled all there is; gives how many runs make a slice. */
function warmUp(run: () => void): number {
  const start = performance.now();
  let count = 0;
  let elapsed = 0;
  while (elapsed < 5 * SLICE_MS) {
    run();
    count++;
    elapsed = performance.now() - start;
  }
  return Math.max(1, Math.round((count * SLICE_MS) / elapsed));
}

function best(a: VectorRates, b: VectorRates): VectorRates {
  return { adds: Math.max(a.adds, b.adds), loads: Math.max(a.loads, b.loads) };
}

function result(one: SectionCase, { own, plain, tfjs }: Record<WayName, Times>, rates: VectorRates): CaseResult {
  const count = countVectors(one);
  const floorUs = floorMicroseconds(count, rates);
  return {
    size: sizeName(one.input),
    filters: one.blocks.at(-1)!,
    blocks: one.blocks,
    us: own.median,
    plainUs: plain.median,
    tfjsUs: tfjs.median,
    ratio: tfjs.median / own.median,
    plainRatio: plain.median / own.median,
    fastestUs: own.fastest,
    fastestTfjsUs: tfjs.fastest,
    fastestRatio: tfjs.fastest / own.fastest,
    ...count,
    floorUs,
    overFloor: own.median / floorUs,
  };
}

function report(flags: SectionFlags, cases: readonly CaseResult[], rates: VectorRates): void {
  const kernels = bestKernels();
  if (flags.json) {
    const { adds: vectorAddsPerSecond, loads: vectorLoadsPerSecond } = rates;
    printJson({ kernels, rounds: flags.rounds, vectorBytes: 16, vectorAddsPerSecond, vectorLoadsPerSecond, cases });
    return;
  }
  const table = createTable([
    'pictures',
    'filters',
    'µs',
    'plain',
    'TensorFlow.js',
    'times as fast',
    'fastest',
    'over the floor',
  ]);
  for (const { size, blocks, us, plainUs, tfjsUs, ratio, fastestRatio, overFloor } of cases) {
    const micros = [us, plainUs, tfjsUs].map((value) => value.toFixed(value < 100 ? 1 : 0));
    table.push([
      size,
      blocks.join(', '),
      ...micros,
      pc.green(ratio.toFixed(1)),
      fastestRatio.toFixed(1),
      overFloor.toFixed(2),
    ]);
  }
  const giga = (rate: number) => (rate / 1e9).toFixed(1);
  process.stdout.write(`${table}\n`);
  process.stdout.write(
    pc.dim(
      `${kernels} kernels, one picture at a time, one thread, median of ${flags.rounds} rounds, and the fastest. Floor: vectors of 16 bytes, ` +
        `${giga(rates.adds)} G additions/s in registers, ${giga(rates.loads)} G/s read from the cache and added\n`,
    ),
  );
}
