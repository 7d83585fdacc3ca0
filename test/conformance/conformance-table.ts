import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = import.meta.dirname;
const PAGE = path.join(FOLDER, '../../docs/conformance.md');
const states = ['holds', 'on purpose', 'does not hold', 'not applicable'] as const;

export const readPage = () => readFileSync(PAGE, 'utf8');

/** One row of the table: a clause, what becomes of it, and the titles of the tests that show it. */
export interface Row {
  readonly clause: string;
  readonly state: (typeof states)[number];
  readonly tests: readonly string[];
}

/** The rows of docs/conformance.md. Throws at a row that can't be read. */
export function readRows(page = readPage()): Row[] {
  const [table] = page.split('\n## Clients only\n');
  return [...table.matchAll(/^\| *(\d+\.\d+\.\d+-\d+) *\|(.*)\|$/gm)].map(([line, clause, rest]) => {
    const [, state, tests] = rest.split('|').map((cell) => cell.trim());
    const known = states.find((each) => state === each || state.startsWith(`${each}: `));
    if (!known || tests === undefined) throw new Error(`can't read the row: ${line}`);
    return { clause, state: known, tests: tests === '–' ? [] : tests.split('<br>').map((title) => title.trim()) };
  });
}

/** The clauses that the page says concern clients only. */
export function readClientOnly(page = readPage()): string[] {
  const text = /\n## Clients only\n([\s\S]*?)(?=\n## |$)/.exec(page)?.[1] ?? '';
  return [...text.matchAll(/^\| *(\d+\.\d+\.\d+-\d+) *\|/gm)].map(([, clause]) => clause);
}

/** A test that names clauses in its title, as `[MQTT-4.7.1-1] [MQTT-3.3.2-2] says what`. */
export interface ClauseTest {
  readonly clauses: readonly string[];
  readonly title: string;
}

/** Every such test of this folder. */
export function readTests(): ClauseTest[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.test.ts'));
  return files.flatMap((name) => {
    const text = readFileSync(path.join(FOLDER, name), 'utf8');
    return [...text.matchAll(/^it\(\s*'((?:\[MQTT-[\d.]+-\d+\] )+)([^']*)'/gm)].map(([, named, title]) => ({
      clauses: [...named.matchAll(/[\d.]+-\d+/g)].map(([clause]) => clause),
      title,
    }));
  });
}

/** How often a test of this folder names a clause, however it is written. */
export function countNamed(): number {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.test.ts'));
  return files.reduce(
    (sum, name) => sum + (readFileSync(path.join(FOLDER, name), 'utf8').match(/\[MQTT-/g) ?? []).length,
    0,
  );
}
