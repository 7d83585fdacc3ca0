import type { Bundle } from '@ddnn/model';
import { edgeGroups, refusePixels } from '@ddnn/model';
import type { LogLevel } from '@ddnn/process';
import { MAX_SLOT_GAP } from '@ddnn/protocol';
import { type DataSet, imageBytes } from '@ddnn/training';
import pc from 'picocolors';
import { CloudClient } from '../fleet/cloud-client.js';
import { Fleet } from '../fleet/fleet.js';
import { Replay } from '../fleet/replay.js';
import { UsageError } from '../terminal/failure.js';
import { untilInterrupted } from '../terminal/interrupt.js';
import { jsonLines, printJson } from '../terminal/output.js';
import { ProgressLine } from '../terminal/progress.js';
import { type Result, resultTable } from '../terminal/result-table.js';
import { loadFor, type ManifestFlags, readBundle } from './open-bundle.js';
import { openOutput } from './output-file.js';

/** Options of `ddnn run`. */
export interface RunFlags extends ManifestFlags {
  readonly bundle: string;
  readonly threshold?: number;
  readonly edgeThreshold?: number;
  readonly rate?: number;
  readonly inFlight: number;
  readonly batchSamples: number;
  readonly batchMs?: number;
  readonly recordsBatch?: number;
  readonly recordsMs?: number;
  readonly oneProcess?: boolean;
  readonly allowPixels?: boolean;
  readonly mqttPort: number;
  readonly httpPort: number;
  readonly verdicts?: string;
  readonly json?: boolean;
}

/** Deadlines of a run at full speed: on a busy machine, only a dead agent may make a view late. */
const PATIENT = { summaryDeadlineMs: 20_000, featureDeadlineMs: 20_000, cloudDeadlineMs: 60_000 };
/** Twice this (once for the other edges, once for their features) still ends before the edges' fallback. */
const PATIENT_JOIN_MS = 29_000;
/** Deadlines of a paced run, as a real site has them. */
const PACED = { summaryDeadlineMs: 300, featureDeadlineMs: 500, cloudDeadlineMs: 3_000 };

/** Without a pace, only the last frame of a run is not filled at once. */
const PATIENT_BATCH_MS = 1_000;

/** `ddnn run`: recorded images through real agents, edges, bridges and cloud. */
export async function runCommand(flags: RunFlags): Promise<void> {
  const file = flags.verdicts === undefined ? undefined : await openOutput('--verdicts', flags.verdicts, flags);
  const bundle = await readBundle(flags.bundle);
  const data = await loadFor(bundle, flags);
  const line = new ProgressLine();
  const work = async (signal: AbortSignal) => {
    const { result, verdicts } = await runSite(bundle, data, {
      ...flags,
      logLevel: 'warn',
      signal,
      onStarted: (fleet) => {
        const watch = fleet.mqttUrls.map((url) => `npx ddnn watch --url ${url}`).join(', ');
        process.stderr.write(pc.dim(`watch: ${watch}   REST: ${fleet.httpUrl}/v1/verdicts\n`));
      },
      onProgress: (done) => line.update(done / data.rows.length, `${done}/${data.rows.length} samples`),
    });
    line.end();
    await file?.write(jsonLines(verdicts));
    if (flags.json) printJson(result);
    else process.stdout.write(`${resultTable(result)}\n`);
  };
  await untilInterrupted(work, () => {
    line.end();
    return 'interrupted: the site is stopped, nothing is written';
  });
}

/** What a run needs beside bundle and data. */
export interface SiteOptions extends RunFlags {
  readonly logLevel: LogLevel;
  /** Stops the site in order; then its reason is thrown. */
  readonly signal?: AbortSignal;
  readonly onStarted?: (fleet: Fleet) => void;
  readonly onProgress?: (answered: number, fleet: Fleet) => void;
}

/** One line of `--verdicts`. */
export interface RunVerdict {
  readonly slot: number;
  readonly sample: string;
  readonly label: string;
  readonly class: string;
  readonly exit: string;
  readonly uncertainty: number;
  readonly missing: readonly number[];
}

/** Sends every row of `data` through a whole installation. Figures come from the cloud's own statistics. */
export async function runSite(
  bundle: Bundle,
  data: DataSet,
  options: SiteOptions,
): Promise<{ result: Result; verdicts: RunVerdict[] }> {
  const { bundle: file, data: manifest, split, splitColumn, views, rate, inFlight, allowPixels = false } = options;
  refusePixels(bundle, allowPixels);
  const batch = batchOf(options);
  const window = rate === undefined ? PATIENT : PACED;
  const replay: Replay = new Replay({
    samples: data.rows.length,
    inFlight,
    rate,
    signal: options.signal,
    capture: (slot) => fleet.capture(slot),
    onProgress: (answered) => options.onProgress?.(answered, fleet),
  });
  const fleet = new Fleet({
    bundle: file,
    views: data.views,
    groups: edgeGroups(bundle.architecture),
    camera: (view) => ({ kind: 'recorded', manifest, view: views?.[view] ?? view, split, splitColumn }),
    oneProcess: options.oneProcess ?? false,
    allowPixels,
    mqttPort: options.mqttPort,
    httpPort: options.httpPort,
    logLevel: options.logLevel,
    localThreshold: options.threshold,
    edgeThreshold: options.edgeThreshold,
    // If a camera fails at the last picture of a frame, it sends the others only when the batch's time is over.
    window: { ...window, summaryDeadlineMs: window.summaryDeadlineMs + (batch?.waitMs ?? 0) },
    ...(batch ? { batch } : {}),
    records: recordsOf(options),
    ...(rate === undefined ? { joinDeadlineMs: PATIENT_JOIN_MS } : {}),
    onVerdict: (verdict) => replay.take(verdict),
  });
  try {
    await fleet.start();
    options.onStarted?.(fleet);
    const seconds = await replay.run();
    await fleet.stopSite();
    const cloud = new CloudClient(fleet.httpUrl);
    await cloud.putLabels(
      fleet.site,
      data.rows.map(({ label }, slot) => ({ slot, label })),
    );
    const stats = await cloud.stats();
    const answered = replay.answers.filter((answer) => answer !== undefined);
    const result: Result = {
      samples: data.rows.length,
      accuracy: stats.accuracy ?? 0,
      balancedAccuracy: stats.balancedAccuracy ?? 0,
      exits: stats.exits,
      lost: data.rows.length - answered.length,
      bytes: {
        payloadPerView: stats.bytes.payloadPerView ?? 0,
        wirePerView: stats.bytes.wirePerView ?? 0,
        ...imageBytes(data),
      },
      sessionBytes: stats.bytes.sessionBytes,
      samplesPerSecond: answered.length / Math.max(seconds, 1e-9),
      ...(rate === undefined ? {} : { latencyMs: latency(answered.map(({ latencyMs }) => latencyMs)) }),
    };
    const verdicts = answered.map(({ verdict: { slot, class: name, exit, uncertainty, missing } }) => {
      const { sample, label } = data.rows[slot];
      return { slot, sample, label, class: name, exit, uncertainty, missing };
    });
    return { result, verdicts };
  } finally {
    await fleet.stop();
  }
}

/** How agents put samples into frames. By default a frame waits for its last sample, plus half a sample's time. */
function batchOf({ batchSamples: samples, batchMs, rate, inFlight }: SiteOptions) {
  if (samples === 1) return undefined;
  if (samples < 1 || samples > MAX_SLOT_GAP)
    throw new UsageError(`--batch-samples ${samples}: a frame takes 1 to ${MAX_SLOT_GAP}`);
  if (samples > inFlight)
    throw new UsageError(`--batch-samples ${samples}: no frame would fill with --in-flight ${inFlight}`);
  const filling = rate === undefined ? PATIENT_BATCH_MS : Math.ceil(((samples - 0.5) * 1000) / rate);
  return { samples, waitMs: batchMs ?? filling };
}

function recordsOf({ recordsBatch, recordsMs }: SiteOptions): { batch?: number; sendMs?: number } {
  return {
    ...(recordsBatch === undefined ? {} : { batch: recordsBatch }),
    ...(recordsMs === undefined ? {} : { sendMs: recordsMs }),
  };
}

function latency(values: readonly number[]): { p50: number; p99: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
