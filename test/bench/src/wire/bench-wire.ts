import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { naming, openOutput } from 'ddnn/site';
import { ProgressLine, printJson } from 'ddnn/terminal';
import pc from 'picocolors';
import { drawWire } from './draw-wire.js';
import { BATCH_SAMPLES, measureSeed, type SeedFigures } from './measure-seed.js';
import { loadSet, networkOf } from './networks.js';
import { terminalPlot } from './plot.js';
import { type WireSet, wireSets } from './sets.js';
import { type WireSummary, wireSummary } from './summary.js';
import { pointTable, setTable } from './table.js';

interface BenchFlags {
  readonly data: string;
  readonly sets: string;
  readonly seeds: number;
  readonly bundles?: string;
  readonly epochs?: number;
  readonly rate: number;
  readonly oneProcess?: boolean;
  readonly svg?: string;
  readonly json?: boolean;
}

/** `ddnn bench wire`: what each answer costs in bytes, on real traffic, and what each means to save them is worth. */
export async function benchWire(flags: BenchFlags): Promise<void> {
  const { svg, json } = flags;
  const sets = wireSets(flags.sets, flags.data);
  const picture = svg && (await openOutput('--svg', svg, { data: sets.map(({ data }) => data) }));
  if (flags.bundles) await naming('--bundles', flags.bundles, mkdir(flags.bundles, { recursive: true }));
  const folder = flags.bundles ?? (await mkdtemp(path.join(tmpdir(), 'ddnn-bench-')));
  const summaries: Partial<Record<WireSet['name'], WireSummary>> = {};
  try {
    for (const set of sets) summaries[set.name] = await measureSet(set, folder, flags);
  } finally {
    if (flags.bundles === undefined) await rm(folder, { recursive: true, force: true });
  }
  if (picture) {
    const charts = Object.entries(summaries).map(([name, { points, curve }]) => ({ name, points, curve }));
    await picture.write(drawWire(charts));
  }
  const { split_random: first, ...others } = summaries;
  if (json) printJson({ ...first, ...others });
  else process.stdout.write(text(summaries, svg));
}

async function measureSet(
  set: WireSet,
  folder: string,
  { seeds, epochs, rate, oneProcess = false }: BenchFlags,
): Promise<WireSummary> {
  const line = new ProgressLine();
  const loaded = await loadSet(set, (share, what) => line.update(share, `${set.name}: ${what}`));
  line.end();
  const figures: SeedFigures[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const told = (share: number, what: string) => line.update(share, `${set.name}, seed ${seed}/${seeds}: ${what}`);
    const network = await networkOf(loaded, seed, { folder, epochs, told });
    line.end();
    figures.push(await measureSeed(loaded, seed, network, { rate, oneProcess, told }));
    line.end();
  }
  return wireSummary(figures, loaded.rows.test);
}

function text(summaries: Readonly<Record<string, WireSummary>>, svg: string | undefined): string {
  const parts = Object.entries(summaries).map(
    ([name, summary]) => `\n${pc.bold(name)}\n${pointTable(summary)}\n${terminalPlot(summary.points, summary.curve)}\n`,
  );
  const ways = `wire: whole MQTT packets over real sockets, ${BATCH_SAMPLES} samples a frame; unbatched: one`;
  const next = svg === undefined ? 'next, as a picture: --svg FILE\n' : `${svg} is the same as a picture\n`;
  return `${setTable(summaries)}\n${pc.dim(ways)}\n${parts.join('')}${pc.dim(next)}`;
}
