import { expect } from 'vitest';
import type { SoakResult } from './run-soak.js';
import { soakTable } from './soak-table.js';

/** Fails, with the whole table, where a run's history shows anything that must not be. */
export function expectNothingFound(result: SoakResult): void {
  const { accepted, answered, ...findings } = result.report;
  expect(answered, soakTable(result)).toEqual(accepted);
  const none = Object.fromEntries(Object.keys(findings).map((finding) => [finding, []]));
  expect(findings, soakTable(result)).toEqual(none);
}
