import type { ConfidenceName } from '@ddnn/model';
import {
  type ConfidenceTable,
  type EvalSummary,
  type MissingExit,
  type MissingTable,
  missingExits,
  type Spread,
  spreadOf,
} from '@ddnn/training';
import { confidenceRows } from './confidence-table.js';
import { createTable } from './table.js';
import { percent } from './words.js';

/** A figure of a result: how it is called, and how to find and write it. */
interface Figure<T> {
  readonly title: string;
  readonly value: (result: T) => number | undefined;
  readonly write: (value: number) => string;
}

/** Results of several seeds, one row for each figure: first all together, then each seed. */
export function spreadTable<T extends object>(
  names: readonly string[],
  results: readonly T[],
  figures: readonly Figure<T>[],
): string {
  const table = createTable(['', 'mean ± sd', 'min … max', ...names]);
  const { mean, sd, min, max } = spreadOf(results);
  for (const { title, value, write } of figures) {
    const each = results.map(value).filter((figure) => figure !== undefined);
    if (each.length < results.length) continue;
    const range = `${write(value(min)!).replace(/ %$/, '')} … ${write(value(max)!)}`;
    table.push([title, plusMinus(value(mean)!, value(sd)!, write), range, ...each.map(write)]);
  }
  return table.toString();
}

const share = (value: number) => percent(value, 2);

/** Accuracy of each exit if it answers every sample. */
export function exitFigures<T>(of: (result: T) => EvalSummary['exitAccuracy']): Figure<T>[] {
  return (['local', 'edge', 'cloud'] as const).map((exit) => ({
    title: `all at ${exit}`,
    value: (result) => of(result)?.[exit],
    write: share,
  }));
}

/** What every result of training and evaluation has. */
export const accuracyFigures = [
  { title: 'accuracy', value: ({ accuracy }: { accuracy: number }) => accuracy, write: share },
  { title: 'balanced', value: (result: { balancedAccuracy: number }) => result.balancedAccuracy, write: share },
] as const;

/** Evaluations of several bundles, as of several seeds. */
export function evaluationsTable(names: readonly string[], summaries: readonly EvalSummary[]): string {
  const samples = summaries[0].samples || 1;
  const exit = (name: 'local' | 'edge' | 'cloud'): Figure<EvalSummary> => ({
    title: `${name} exit`,
    value: ({ exits }) => (name === 'edge' && !exits.edge ? undefined : exits[name]),
    write: (count) => percent(count / samples),
  });
  const bytes = (title: string, key: 'payloadPerView' | 'wirePerView'): Figure<EvalSummary> => ({
    title,
    value: (summary) => summary.bytes[key],
    write: (count) => count.toFixed(2),
  });
  return spreadTable(names, summaries, [
    ...accuracyFigures,
    exit('local'),
    exit('edge'),
    exit('cloud'),
    bytes('payload B a view', 'payloadPerView'),
    bytes('wire B a view', 'wirePerView'),
    ...exitFigures<EvalSummary>(({ exitAccuracy }) => exitAccuracy),
  ]);
}

/** Accuracy with lost cameras, mean ± standard deviation over several bundles. */
export function missingSpreadTable({ mean, sd }: Spread<MissingTable>): string {
  const exits = missingExits.filter((name) => mean.none[name] !== undefined);
  const table = createTable(['cameras gone', ...exits]);
  const row = (name: string, of: (missing: MissingTable) => Partial<Record<MissingExit, number>> | undefined) => {
    const [middle, deviation] = [of(mean), of(sd)];
    if (!middle || !deviation) return;
    const cells = exits.map((exit) =>
      middle[exit] === undefined ? '–' : plusMinus(middle[exit], deviation[exit] ?? 0, percent),
    );
    table.push([name, ...cells]);
  };
  row('none', ({ none }) => none);
  for (const count of ['one', 'two', 'three'] as const) {
    row(`${count}, mean`, (missing) => missing[count]?.mean);
    row(`${count}, worst`, (missing) => missing[count]?.worst);
  }
  return table.toString();
}

/**
 * How well each measure tells wrong answers from right ones, mean ± standard deviation over several bundles; empty
 * where no exit decides.
 */
export function confidenceSpreadTable({ mean, sd }: Pick<Spread<ConfidenceTable>, 'mean' | 'sd'>): string {
  const rows = (['local', 'edge'] as const).flatMap((exit) =>
    Object.entries(mean[exit] ?? {}).map(([name, { auroc, accuracyCoverage }]) => {
      const deviation = sd[exit]![name as ConfidenceName]!;
      // There is no number if all answers of a bundle are right, or all are wrong.
      const area = typeof auroc === 'number' ? plusMinus(auroc, deviation.auroc!, (value) => value.toFixed(3)) : '–';
      return [exit, name, area, plusMinus(accuracyCoverage, deviation.accuracyCoverage, share)];
    }),
  );
  return confidenceRows(rows);
}

function plusMinus(mean: number, sd: number, write: (value: number) => string): string {
  return `${write(mean).replace(/ %$/, '')} ± ${write(sd)}`;
}
