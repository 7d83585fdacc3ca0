import { stripVTControlCharacters } from 'node:util';
import { type ConfidenceTable, type EvalSummary, spreadOf } from '@ddnn/training';
import { expect, test } from 'vitest';
import { confidenceSpreadTable, evaluationsTable } from './seeds-table.js';

function summary(accuracy: number, exitAccuracy?: EvalSummary['exitAccuracy']): EvalSummary {
  return {
    samples: 10,
    accuracy,
    balancedAccuracy: accuracy,
    exits: { local: 4, edge: 0, cloud: 6, fallback: 0 },
    lost: 0,
    bytes: { payloadPerView: 12, wirePerView: 30, rawPerView: 3072, jpegPerView: 700 },
    ...(exitAccuracy && { exitAccuracy }),
  };
}

/** Cells of the row that begins with this title. */
function row(table: string, title: string): string[] | undefined {
  const line = table.split('\n').find((text) => text.includes(` ${title} `));
  if (!line) return undefined;
  const cells = stripVTControlCharacters(line).split('│').slice(2, -1);
  return cells.map((cell) => cell.trim());
}

test('A figure a row: mean and deviation, range, then each seed', () => {
  const table = evaluationsTable(['one', 'two', 'three'], [summary(0.8), summary(0.9), summary(1)]);
  expect(row(table, 'accuracy')).toEqual(['90.00 ± 10.00 %', '80.00 … 100.00 %', '80.00 %', '90.00 %', '100.00 %']);
  expect(row(table, 'payload B a view')).toEqual(['12.00 ± 0.00', '12.00 … 12.00', '12.00', '12.00', '12.00']);
  expect(row(table, 'local exit')![0]).toBe('40.0 ± 0.0 %');
});

test('What not every seed has, and an exit that nobody takes, has no row', () => {
  const table = evaluationsTable(['one', 'two'], [summary(0.8, { cloud: 0.7 }), summary(0.9)]);
  expect(row(table, 'all at cloud')).toBeUndefined();
  expect(row(table, 'edge exit')).toBeUndefined();
});

test('Measures of uncertainty have a row each, without an AUROC where a bundle has none', () => {
  const measures = (auroc: number | null, accuracyCoverage: number): ConfidenceTable => ({
    local: {
      entropy: { auroc: 0.8, accuracyCoverage },
      margin: { auroc, accuracyCoverage },
    },
  });
  const table = confidenceSpreadTable(spreadOf([measures(null, 0.9), measures(0.7, 0.8)]));
  expect(row(table, 'entropy')).toEqual(['entropy', '0.800 ± 0.000', '85.00 ± 7.07 %']);
  expect(row(table, 'margin')).toEqual(['margin', '–', '85.00 ± 7.07 %']);
  expect(confidenceSpreadTable(spreadOf([{}, {}]))).toBe('');
});
