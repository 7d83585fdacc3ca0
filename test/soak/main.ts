/** `npm run test:soak`: prints what a run showed; exit code 1 where a promise did not hold. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ProgressLine, printJson } from 'ddnn/terminal';
import { failpoints, runFailpoints } from './run-failpoints.js';
import { runSoak, type SoakResult } from './run-soak.js';
import { soakTable } from './soak-table.js';

const KILLS = process.env.DDNN_SOAK === 'short' ? 12 : 100;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    kills: { type: 'string', default: String(KILLS) },
    history: { type: 'string' },
  },
});
const kills = Number(values.kills);
const progress = new ProgressLine();
const faults = await runSoak({
  seed: Number(values.seed),
  kills,
  onProgress: (killed) => progress.update(Math.min(1, killed / kills), `${killed} processes killed`),
});
// Then every write and every send of an edge and a cloud, one after the other; the short form leaves most out.
const step = process.env.DDNN_SOAK === 'short' ? 5 : 1;
const ends = { edge: failpoints(20, 60, step), cloud: failpoints(10, 30, step) };
const points = Object.values(ends).flat().length;
const endings = await runFailpoints({
  ...ends,
  onProgress: (killed) => progress.update(Math.min(1, killed / points), `${killed} more, at a failpoint`),
});
const result = together(faults, endings);
progress.end();
const { history, report, ...rest } = result;
if (values.history) writeFileSync(values.history, history.map((event) => `${JSON.stringify(event)}\n`).join(''));
if (values.json) {
  const { accepted: _, answered: __, ...findings } = report;
  printJson({ ...rest, findings });
} else process.stdout.write(`${soakTable(result)}\n`);
const { lost, twice, mixedEpochs } = result.totals;
if (lost + twice + mixedEpochs > 0) process.exitCode = 1;

/** Both runs as one: they are of different sites, so their slots are listed one after the other. */
function together(first: SoakResult, second: SoakResult): SoakResult {
  const sum = <T extends object>(a: T, b: T, join: (x: never, y: never) => unknown) =>
    Object.fromEntries(
      Object.entries(a).map(([key, value]) => [key, join(value as never, b[key as keyof T] as never)]),
    ) as T;
  return {
    seed: first.seed,
    totals: sum(first.totals, second.totals, (a: number, b: number) => a + b),
    rows: [...first.rows, ...second.rows],
    faults: [...first.faults, ...second.faults],
    report: sum(first.report, second.report, (a: number[], b: number[]) => [...a, ...b]),
    history: [...first.history, ...second.history],
  };
}
