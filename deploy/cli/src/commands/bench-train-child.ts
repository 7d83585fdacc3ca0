import { readFile } from 'node:fs/promises';
import { parseArchitecture } from '@ddnn/model';
import { loadDataSet, measureEpochs } from '@ddnn/training';
import type { BenchMessage, BenchTask } from './bench-train.js';

/*
 * The process that trains for `ddnn bench train`, one way only: kernels that one way replaces must not serve the other.
 */

const task: BenchTask = JSON.parse(process.argv[2]);

/** Bytes; `maxRSS` counts kilobytes. */
const peakBytes = () => process.resourceUsage().maxRSS * 1024;

try {
  const { arch, split, splitColumn } = task;
  const architecture = parseArchitecture(await readFile(arch, 'utf8'), arch);
  const data = await loadDataSet(task.data, { size: architecture.input, split, splitColumn });
  const epoch = await measureEpochs(task.way, architecture, data, task.batch);
  process.on('message', () => {
    epoch().then((measured) => say({ ...measured, peakBytes: peakBytes() }), fail);
  });
  say({ rows: data.rows.length, views: data.views });
} catch (error) {
  fail(error);
}

function say(message: BenchMessage): void {
  process.send?.(message);
}

function fail(error: unknown): void {
  const { code, message } = error as { code?: string; message: string };
  say({ failure: message, code });
}
