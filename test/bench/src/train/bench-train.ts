import { fileURLToPath } from 'node:url';
import type { ManifestFlags } from 'ddnn/site';
import { bytes, clock, createTable, ProgressLine, printJson } from 'ddnn/terminal';
import pc from 'picocolors';
import { median } from '../median.js';
import { type Child, start } from '../talk.js';
import type { MeasuredEpoch, TrainingWay } from './measure-epochs.js';

interface BenchFlags extends ManifestFlags {
  readonly arch?: string;
  readonly batch: number;
  readonly epochs: number;
  readonly json?: boolean;
}

/** What the child process is asked to train; its only argument, as JSON. */
export interface BenchTask extends ManifestFlags {
  readonly way: TrainingWay;
  readonly arch: string;
  readonly batch: number;
}

/** What the child says once it has the rows. */
export interface BenchReady {
  readonly rows: number;
  readonly views: number;
}

/** What the child says of an epoch. */
export interface BenchEpoch extends MeasuredEpoch {
  readonly peakBytes: number;
}

const PAPER = fileURLToPath(new URL('../architectures/paper.yaml', import.meta.resolve('@ddnn/training')));
const WAYS = ['own', 'plain'] as const;

/**
 * `ddnn bench train`: both ways of training, each in a process of its own, epoch by epoch in turn, so that other work
 * on the machine slows both alike.
 */
export async function benchTrain(flags: BenchFlags): Promise<void> {
  const { data, split, splitColumn, arch = PAPER, batch, epochs } = flags;
  const line = new ProgressLine();
  const children: Child[] = [];
  const measured: Record<TrainingWay, BenchEpoch[]> = { own: [], plain: [] };
  let ready: BenchReady | undefined;
  try {
    const begun = WAYS.map(async (way) => {
      const task = { way, arch, batch, data, split, splitColumn } as BenchTask;
      const started = await start<BenchTask, BenchReady>('./train-child', import.meta.url, task);
      children.push(started.child);
      return started;
    });
    await Promise.allSettled(begun);
    const [own, plain] = await Promise.all(begun);
    ready = own.ready;
    const child = { own: own.child, plain: plain.child };
    for (let epoch = 0; epoch <= epochs; epoch++) {
      for (const [i, way] of WAYS.entries()) {
        line.update((epoch * 2 + i) / (2 * epochs + 2), `epoch ${epoch}/${epochs}, ${way}`);
        const result = await child[way].ask<BenchEpoch>({ ask: 'epoch' });
        // The first one warms up.
        if (epoch > 0) measured[way].push(result);
      }
    }
  } finally {
    for (const child of children) child.stop();
    line.end();
  }
  report(flags, arch, ready, summary(measured.own), summary(measured.plain));
}

interface Summary {
  /** Median of the epochs. */
  readonly secondsPerEpoch: number;
  readonly epochs: readonly number[];
  readonly loss: number;
  /** Largest resident memory of the process, images included. */
  readonly peakBytes: number;
}

function summary(epochs: readonly BenchEpoch[]): Summary {
  const { loss, peakBytes } = epochs.at(-1)!;
  const seconds = epochs.map((epoch) => epoch.seconds);
  return { secondsPerEpoch: median(seconds), epochs: seconds, loss, peakBytes };
}

function report(flags: BenchFlags, arch: string, { rows, views }: BenchReady, own: Summary, plain: Summary): void {
  const ratio = plain.secondsPerEpoch / own.secondsPerEpoch;
  const projectedSeconds = 100 * own.secondsPerEpoch;
  if (flags.json) {
    printJson({ arch, rows, views, batch: flags.batch, own, plain, ratio, projectedSeconds });
    return;
  }
  const table = createTable(['', 'seconds an epoch', '100 epochs', 'peak memory', 'loss']);
  for (const [name, way] of [['ddnn train', own] as const, ['plain TensorFlow.js', plain] as const]) {
    const { secondsPerEpoch, peakBytes, loss } = way;
    table.push([name, secondsPerEpoch.toFixed(3), clock(100 * secondsPerEpoch), bytes(peakBytes), loss.toFixed(3)]);
  }
  process.stdout.write(`${table}\n${pc.green(`${ratio.toFixed(1)} times as fast`)}  `);
  process.stdout.write(
    pc.dim(`${rows} rows, ${views} views, batch ${flags.batch}, median of ${flags.epochs} epochs\n`),
  );
}
