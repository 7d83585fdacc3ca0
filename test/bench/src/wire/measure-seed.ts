import { evaluate, sweepThreshold, type ThresholdRow } from '@ddnn/training';
import { runSite } from 'ddnn/site';
import type { LoadedSet, Network, Told } from './networks.js';
import { type RoundsRow, simulateRounds } from './simulate-rounds.js';
import { type WireSteps, wireSteps } from './wire-steps.js';

/** Samples that share a summary frame. */
export const BATCH_SAMPLES = 5;
const IN_FLIGHT = 32;
/** An edge's own default of `records.sendMs`, in seconds. */
const RECORDS_SECONDS = 5;

/** What a run over real sockets measured. */
export interface Traffic {
  readonly accuracy: number;
  readonly wirePerView: number;
  /** Samples that a deadline cut off from the cloud. */
  readonly fallback: number;
  /** From the last view captured to the verdict; none where the run had no pace. */
  readonly latencyMs?: { readonly p50: number; readonly p99: number };
}

/** Everything about one network. */
export interface SeedFigures {
  readonly seed: number;
  /** Every sample answered in the cloud. */
  readonly bestAccuracy: number;
  readonly batched: Traffic;
  readonly unbatched: Traffic;
  /** By the count of an evaluation, what `batched` measured. */
  readonly counted: { readonly accuracy: number; readonly wirePerView: number };
  readonly steps: WireSteps;
  readonly rounds: readonly RoundsRow[];
  readonly curve: readonly ThresholdRow[];
}

/**
 * Sends the test rows over real sockets twice, and counts what the means are worth. Throws where a run loses a sample.
 */
export async function measureSeed(
  set: LoadedSet,
  seed: number,
  { file, bundle }: Network,
  { rate, oneProcess, told }: { readonly rate: number; readonly oneProcess: boolean; readonly told: Told },
): Promise<SeedFigures> {
  const { test } = set.rows;
  const traffic = async (batchSamples: number, what: string): Promise<Traffic> => {
    const { result } = await runSite(bundle, test, {
      bundle: file,
      data: set.data,
      split: set.test,
      ...(set.splitColumn === undefined ? {} : { splitColumn: set.splitColumn }),
      // As fast as it can, one frame at a time and records as a pace would gather them: more at once would share
      // packets that no pace shares.
      ...(set.unpaced
        ? { inFlight: batchSamples, recordsBatch: Math.max(1, Math.round(rate * RECORDS_SECONDS)) }
        : { inFlight: IN_FLIGHT, rate }),
      batchSamples,
      oneProcess,
      mqttPort: 0,
      httpPort: 0,
      logLevel: 'warn',
      onProgress: (done) => told(done / test.rows.length, `${what} ${done}/${test.rows.length}`),
    });
    if (result.lost > 0) throw new Error(`${set.name}, seed ${seed}: ${result.lost} samples got no verdict`);
    const { accuracy, exits, latencyMs, bytes } = result;
    return { accuracy, wirePerView: bytes.wirePerView, fallback: exits.fallback, ...(latencyMs && { latencyMs }) };
  };
  const batched = await traffic(BATCH_SAMPLES, `run, ${BATCH_SAMPLES} samples a frame`);
  const unbatched = await traffic(1, 'run, one sample a frame');
  told(0, 'counting');
  const batching = { samples: BATCH_SAMPLES };
  const { summary } = await evaluate({ bundle, data: test, batching, perExit: true });
  const { accuracy, bytes, exitAccuracy } = summary;
  const steps = await wireSteps(bundle, set.rows, BATCH_SAMPLES);
  const onProgress = (what: string) => (done: number, samples: number) => told(done / samples, what);
  const rounds = await simulateRounds(bundle, test, { batching, onProgress: onProgress('simulating rounds') });
  const curve = await sweepThreshold(bundle, test, { batching, onProgress: onProgress('moving the threshold') });
  const counted = { accuracy, wirePerView: bytes.wirePerView };
  return { seed, bestAccuracy: exitAccuracy!.cloud, batched, unbatched, counted, steps, rounds, curve };
}
