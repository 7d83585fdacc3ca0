import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { inputText } from './corpus.js';
import type { Watchdog } from './watchdog.js';

/** One kind of input, and what must hold of it. */
export interface Target<Input> {
  readonly name: string;
  /** Of a hundred inputs, how many are of this kind. */
  readonly share: number;
  readonly inputs: fc.Arbitrary<Input>;
  /** Throws where it does not hold; else says in a few words what became of the input. */
  readonly check: (input: Input) => string | Promise<string>;
}

/** An input that something did not hold for, made as small as it goes. */
export interface Finding {
  readonly target: string;
  readonly seed: number;
  readonly text: string;
}

/** What came of one kind of input. */
export interface Catch {
  readonly target: string;
  readonly inputs: number;
  readonly findings: readonly Finding[];
  /** Bytes in use after the first block and after the last one. */
  readonly heapBefore: number;
  readonly heapAfter: number;
  readonly seconds: number;
}

/** Inputs between two looks, and looks at least. */
const BLOCK = 2_000;
const LOOKS = 4;
/** Of one kind, so many are enough to work on. */
const MOST_FINDINGS = 20;

/** Most inputs are refused by an error, and nobody reads its stack. */
const STACK_LINES = 8;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Bytes in use, on the heap and beside it. */
function used(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Checks so many inputs from a seed on. A finding ends its block only; `look` hears of every block. */
export async function hunt<Input>(
  { name, inputs, check }: Target<Input>,
  count: number,
  seed: number,
  watchdog: Watchdog,
  look: (done: number, findings: number, perSecond: number) => void = () => {},
): Promise<Catch> {
  const findings: Finding[] = [];
  const startedAt = performance.now();
  const holds = fc.asyncProperty(inputs, async (input) => {
    await check(input);
    watchdog.beat();
  });
  let heapBefore = 0;
  Error.stackTraceLimit = STACK_LINES;
  let done = 0;
  const size = Math.min(BLOCK, Math.ceil(count / LOOKS));
  for (let block = 0; done < count && findings.length < MOST_FINDINGS; block++) {
    const blockSeed = (seed + block) | 0;
    watchdog.at(`${name}, DDNN_FUZZ_SEED=${blockSeed}`);
    const numRuns = Math.min(size, count - done);
    const result = await fc.check(holds, { seed: blockSeed, numRuns });
    done += result.numRuns;
    if (result.failed) {
      const input = result.counterexample?.[0];
      const { stack } = result.errorInstance as Error;
      findings.push({ target: name, seed: blockSeed, text: `${inputText(input)}\n${stack}` });
    }
    if (block === 0) heapBefore = used();
    look(done, findings.length, Math.round((1000 * done) / (performance.now() - startedAt)));
  }
  const seconds = (performance.now() - startedAt) / 1000;
  return { target: name, inputs: done, findings, heapBefore, heapAfter: used(), seconds };
}

/** A table of what came, a line a kind and one for all. */
export function catchTable(catches: readonly Catch[]): string {
  const sum = (of: (one: Catch) => number) => catches.reduce((all, one) => all + of(one), 0);
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  const rows = catches.map((one) => [
    one.target,
    String(one.inputs),
    String(one.findings.length),
    mebibytes(one.heapBefore),
    mebibytes(one.heapAfter),
    String(Math.round(one.inputs / one.seconds)),
  ]);
  const inputs = sum((one) => one.inputs);
  const speed = String(Math.round(inputs / sum((one) => one.seconds)));
  rows.push(['all', String(inputs), String(sum((one) => one.findings.length)), '', '', speed]);
  const head = ['kind', 'inputs', 'findings', 'MiB before', 'MiB after', 'inputs/s'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  return [head, ...rows]
    .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '))
    .join('\n');
}
