import type { EvalSummary } from '@ddnn/training';
import pc from 'picocolors';
import { createTable } from './table.js';
import { percent } from './words.js';

/** The parts that the results of `eval` and `run` have in common. */
export type Result = EvalSummary & {
  readonly sessionBytes?: number;
  readonly samplesPerSecond?: number;
  readonly latencyMs?: { readonly p50: number; readonly p99: number };
};

/** An evaluation or a run as a table for people. */
export function resultTable(result: Result): string {
  const table = createTable();
  const { samples, exits, bytes } = result;
  const share = (count: number) => `${count}  ${pc.dim(percent(samples ? count / samples : 0))}`;
  table.push(
    ['samples', samples],
    ['accuracy', pc.bold(percent(result.accuracy, 2))],
    ['balanced accuracy', percent(result.balancedAccuracy, 2)],
    ['local exit', share(exits.local)],
    ['edge exit', share(exits.edge)],
    ['cloud exit', share(exits.cloud)],
    ['fallback', exits.fallback ? pc.yellow(share(exits.fallback)) : share(0)],
    ['lost', result.lost ? pc.red(String(result.lost)) : 0],
    ['payload bytes a view', ratio(bytes.payloadPerView, bytes.rawPerView)],
    ['wire bytes a view', ratio(bytes.wirePerView, bytes.rawPerView)],
    ['raw pixels a view', bytes.rawPerView.toFixed(0)],
    ['as JPEG a view', bytes.jpegPerView === null ? pc.dim('–') : bytes.jpegPerView.toFixed(0)],
  );
  for (const [exit, accuracy] of Object.entries(result.exitAccuracy ?? {})) {
    const balanced = result.exitBalancedAccuracy?.[exit as keyof typeof result.exitBalancedAccuracy];
    const beside = balanced === undefined ? '' : pc.dim(`  balanced ${percent(balanced, 2)}`);
    table.push([`accuracy, all at ${exit}`, `${percent(accuracy, 2)}${beside}`]);
  }
  if (result.sessionBytes !== undefined) table.push(['session bytes', result.sessionBytes]);
  if (result.samplesPerSecond !== undefined) table.push(['samples a second', result.samplesPerSecond.toFixed(0)]);
  if (result.latencyMs)
    table.push(['latency p50 / p99', `${result.latencyMs.p50.toFixed(0)} / ${result.latencyMs.p99.toFixed(0)} ms`]);
  return table.toString();
}

function ratio(value: number, raw: number): string {
  return `${value.toFixed(2)}  ${pc.dim(value > 0 ? `raw / ${(raw / value).toFixed(0)}` : '')}`;
}
