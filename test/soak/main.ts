/** `npm run test:soak`: prints what a run showed; exit code 1 where a promise did not hold. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ProgressLine, printJson } from 'ddnn/terminal';
import { runSoak } from './run-soak.js';
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
const result = await runSoak({
  seed: Number(values.seed),
  kills,
  onProgress: (killed) => progress.update(Math.min(1, killed / kills), `${killed} processes killed`),
});
progress.end();
const { history, report, ...rest } = result;
if (values.history) writeFileSync(values.history, history.map((event) => `${JSON.stringify(event)}\n`).join(''));
if (values.json) {
  const { accepted: _, answered: __, ...findings } = report;
  printJson({ ...rest, findings });
} else process.stdout.write(`${soakTable(result)}\n`);
const { lost, twice, mixedEpochs } = result.totals;
if (lost + twice + mixedEpochs > 0) process.exitCode = 1;
