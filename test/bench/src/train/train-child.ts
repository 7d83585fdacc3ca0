import { readFile } from 'node:fs/promises';
import { parseArchitecture } from '@ddnn/model';
import { loadDataSet } from '@ddnn/training';
import { serve } from '../talk.js';
import type { BenchEpoch, BenchReady, BenchTask } from './bench-train.js';
import { measureEpochs } from './measure-epochs.js';

/*
 * The process that trains for `ddnn bench train`, one way only: kernels that one way replaces must not serve the other.
 */

/** Bytes; `maxRSS` counts kilobytes. */
const peakBytes = () => process.resourceUsage().maxRSS * 1024;

await serve<BenchTask, object>(async ({ way, arch, batch, data: name, split, splitColumn }) => {
  const architecture = parseArchitecture(await readFile(arch, 'utf8'), arch);
  const data = await loadDataSet(name, { size: architecture.input, split, splitColumn });
  const epoch = await measureEpochs(way, architecture, data, batch);
  const ready: BenchReady = { rows: data.rows.length, views: data.views };
  return { ready, reply: async (): Promise<BenchEpoch> => ({ ...(await epoch()), peakBytes: peakBytes() }) };
});
