import { describe, expect, it } from 'vitest';
import { clauses } from './clauses.js';
import { countNamed, readClientOnly, readPage, readRows, readTests } from './conformance-table.js';

const rows = readRows();
const tests = readTests();
const pairs = (clause: string, titles: readonly string[]) => titles.map((title) => `${clause} ${title}`);

describe('docs/conformance.md', () => {
  it('has every clause of MQTT 3.1.1 once, in the order of the standard', () => {
    expect(clauses).toHaveLength(141);
    const listed = [...rows.map(({ clause }) => clause), ...readClientOnly()];
    expect([...listed].sort()).toEqual([...clauses].sort());
    const order = rows.map(({ clause }) => clauses.indexOf(clause));
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it('names a test for all that holds or deviates, and none for what is not applicable', () => {
    const shown = (row: (typeof rows)[number]) => row.tests.length > 0;
    const wanted = rows.filter(({ state }) => state === 'holds' || state === 'on purpose');
    expect(wanted.filter((row) => !shown(row)).map(({ clause }) => clause)).toEqual([]);
    expect(rows.filter(({ state }) => state === 'not applicable').filter(shown)).toEqual([]);
  });

  it('names the tests that there are for each clause, and no others', () => {
    // All that are written are read.
    expect(tests.reduce((sum, test) => sum + test.clauses.length, 0)).toBe(countNamed());
    expect(new Set(tests.map(({ title }) => title)).size).toBe(tests.length);
    const written = tests.flatMap(({ clauses: named, title }) => named.map((clause) => `${clause} ${title}`));
    expect(rows.flatMap((row) => pairs(row.clause, row.tests)).sort()).toEqual(written.sort());
  });

  it('says how many clauses hold', () => {
    const count = (state: string) => rows.filter((row) => row.state === state).length;
    const told = [
      `Of ${clauses.length} clauses ${count('holds')} hold, ${count('on purpose')} deviate on purpose`,
      `${count('does not hold')} does not hold, ${count('not applicable')} are not applicable`,
      `and ${readClientOnly().length} concern clients only`,
    ].join(', ');
    expect(readPage()).toContain(told);
  });
});
