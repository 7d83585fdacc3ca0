import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomBundle } from '@ddnn/model/testing';
import { startMember } from 'ddnn/site';
import { ProgressLine, printJson } from 'ddnn/terminal';
import { median } from '../median.js';
import { start } from '../talk.js';
import { type CloudCase, cloudCases } from './cases.js';
import type { LoadResult, LoadSlice, LoadTask } from './load-task.js';
import { type Section, type Slices, sectionOf, summaryOf } from './summary.js';
import { cloudTable } from './table.js';

interface BenchFlags {
  readonly seconds: number;
  readonly json?: boolean;
}

const ROUNDS = 3;
const EPOCH = 1;
/** An edge's own default of `uplink.inFlight`. */
const IN_FLIGHT = 64;
const CONNECTIONS = 8;
/** Samples of a frame where an edge sends several. */
const SEVERAL = 16;

/**
 * `ddnn bench cloud`: one cloud process beside the naive one, for several cloud sections. Both and the load run in
 * processes of their own, slice by slice in turn, so that other work on the machine slows both alike.
 */
export async function benchCloud({ seconds, json }: BenchFlags): Promise<void> {
  const line = new ProgressLine();
  const cases = await cloudCases();
  const sections: Section[] = [];
  try {
    for (const [i, of] of cases.entries()) {
      const told = (share: number, what: string) => line.update((i + share) / cases.length, `${of.section}: ${what}`);
      sections.push(await measure(of, seconds, told));
    }
  } finally {
    line.end();
  }
  if (json) printJson(summaryOf(sections));
  else process.stdout.write(`${cloudTable(sections, SEVERAL)}\n`);
}

async function measure(
  { section, architecture }: CloudCase,
  seconds: number,
  told: (share: number, what: string) => void,
): Promise<Section> {
  told(0, 'starting');
  const folder = await mkdtemp(path.join(tmpdir(), 'ddnn-bench-'));
  const stops: (() => Promise<unknown> | unknown)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const bundle = path.join(folder, 'bundle.ddnn');
    await writeFile(bundle, randomBundle(architecture, 1));
    const store = { file: path.join(folder, 'cloud.sqlite') };
    const config = { bundle, epoch: EPOCH, uplink: { port: 0 }, http: { port: 0 }, store };
    const cloud = await startMember('cloud', 'cloud', config, { folder, oneProcess: false, logLevel: 'warn' });
    stops.push(() => cloud.stop());
    const naive = await start<string, { port: number }>('../naive/cloud-server', import.meta.url, bundle);
    stops.push(() => naive.child.stop());
    const task: LoadTask = {
      bundle,
      mqttPort: cloud.announce.mqttPort,
      naivePort: naive.ready.port,
      epoch: EPOCH,
      inFlight: IN_FLIGHT,
      connections: CONNECTIONS,
    };
    const { child: load } = await start<LoadTask, object>('./load-child', import.meta.url, task);
    stops.push(() => load.stop());
    return sectionOf(section, await runSlices((slice) => load.ask<LoadResult>(slice), seconds, told));
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Everything in turn, `ROUNDS` times after one to warm up, then the latencies at half of the top load. */
async function runSlices(
  run: (slice: LoadSlice) => Promise<LoadResult>,
  seconds: number,
  told: (share: number, what: string) => void,
): Promise<Slices> {
  const ways = {
    naive: { way: 'naive', seconds, samplesAFrame: 1 },
    own: { way: 'own', seconds, samplesAFrame: 1 },
    several: { way: 'own', seconds, samplesAFrame: SEVERAL },
  } as const;
  const slices: Record<keyof typeof ways, LoadResult[]> = { naive: [], own: [], several: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [i, name] of (['naive', 'own', 'several'] as const).entries()) {
      told((round * 3 + i) / (ROUNDS * 3 + 5), `round ${round}/${ROUNDS}`);
      const result = await run(ways[name]);
      if (round > 0) slices[name].push(result);
    }
  }
  told(0.9, 'half of the top load');
  const half = (results: readonly LoadResult[]) => median(results.map((r) => r.samples / r.seconds)) / 2;
  const paced = await run({ ...ways.own, rate: half(slices.own) });
  const pacedSeveral = await run({ ...ways.several, rate: half(slices.several) });
  return { ...slices, paced, pacedSeveral };
}
