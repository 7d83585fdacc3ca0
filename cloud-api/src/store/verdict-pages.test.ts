import Database from 'libsql';
import { beforeAll, expect, it } from 'vitest';
import { LAYOUT, stepLayout } from './layouts.js';
import { TallyTable } from './tally-table.js';
import { VerdictPages } from './verdict-pages.js';
import { fromRow, type SqlValue, toRow } from './verdict-row.js';
import type { NewVerdict, VerdictQuery } from './verdict-store.js';
import { VerdictTable } from './verdict-table.js';
import { WaitingLabels } from './waiting-labels.js';

const db = new Database(':memory:');
const exits = ['local', 'edge', 'cloud', 'fallback'] as const;
const classes = ['bus', 'car', 'none', 'person'];
/** Every combination but `edge` with `bus`; many verdicts of one time. */
const all: NewVerdict[] = Array.from({ length: 400 }, (_, i) => ({
  site: `site${i % 3}`,
  edge: 'e',
  slot: i,
  class: classes[(i * 7) % 4],
  classIndex: 0,
  exit: exits[(i >> 3) % 4],
  reason: 'none' as const,
  uncertainty: 0,
  views: [],
  epoch: 1,
  capturedAt: 100 * (i >> 2),
  storedAt: 1,
})).filter(({ exit, class: name }) => exit !== 'edge' || name !== 'bus');

beforeAll(() => {
  for (let from = 0; from < LAYOUT; from++) stepLayout(db, from);
  const table = new VerdictTable(db, new TallyTable(db), new WaitingLabels(db));
  for (const verdict of all) {
    const row: SqlValue[] = [];
    toRow(verdict, row);
    table.put(row);
  }
});

const filters: Omit<VerdictQuery, 'limit'>[] = [undefined, 'site1', 'nobody'].flatMap((site) =>
  [undefined, 'edge' as const].flatMap((exit) =>
    [undefined, 'car', 'bus'].flatMap((name) => [
      { site, exit, class: name },
      { site, exit, class: name, from: 1000, to: 8000 },
    ]),
  ),
);

it.each(filters)('pages exactly what %o asks for, in order', (filter) => {
  const pages = new VerdictPages(db);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = pages.page({ ...filter, limit: 7, cursor });
    seen.push(...page.rows.map((row) => fromRow(row)).map(({ site, slot }) => `${site} ${slot}`));
    cursor = page.next ?? undefined;
  } while (cursor);
  const { site, exit, class: name, from = 0, to = Infinity } = filter;
  const wanted = all
    .filter((verdict) => site === undefined || verdict.site === site)
    .filter((verdict) => exit === undefined || verdict.exit === exit)
    .filter((verdict) => name === undefined || verdict.class === name)
    .filter(({ capturedAt }) => capturedAt! >= from && capturedAt! < to)
    .sort((a, b) => b.capturedAt! - a.capturedAt! || b.slot - a.slot)
    .map(({ site, slot }) => `${site} ${slot}`);
  expect(seen).toEqual(wanted);
});

it.each(filters)('finds %o by an index alone: it looks through nothing and sorts nothing but the page', (filter) => {
  const asked: string[] = [];
  const listening = {
    prepare(sql: string) {
      asked.push(sql);
      return db.prepare(sql);
    },
  } as unknown as Database.Database;
  const cursor = 'zzzz.zz.site1';
  new VerdictPages(listening).page({ ...filter, limit: 7, cursor });
  const steps = asked.flatMap((sql) => db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all([]) as { detail: string }[]);
  const details = steps.map(({ detail }) => detail);
  expect(details.filter((detail) => detail.includes('SCAN verdict'))).toEqual([]);
  // The page itself, of a few rows, and no stream of it.
  expect(details.filter((detail) => detail.includes('TEMP B-TREE')).length).toBeLessThanOrEqual(1);
  // Where the filter is more than a time, the index has its columns.
  const columns = Object.entries(filter).filter(([key, value]) => value !== undefined && !/from|to/.test(key));
  const searches = details.filter((detail) => detail.startsWith('SEARCH verdict USING COVERING INDEX'));
  expect(searches.length).toBeGreaterThan(0);
  for (const [column] of columns) expect(searches.filter((detail) => !detail.includes(`${column}=?`))).toEqual([]);
});
