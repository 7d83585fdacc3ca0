import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { MeasuredEpoch, TrainingWay } from '@ddnn/training';
import pc from 'picocolors';
import { UsageError } from '../terminal/failure.js';
import { printJson } from '../terminal/output.js';
import { ProgressLine } from '../terminal/progress.js';
import { createTable } from '../terminal/table.js';
import { bytes, clock } from '../terminal/words.js';
import type { ManifestFlags } from './open-bundle.js';

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

/** What the child says: that it is ready, an epoch done, or why it can't. */
export type BenchMessage =
  | { readonly rows: number; readonly views: number }
  | (MeasuredEpoch & { readonly peakBytes: number })
  | { readonly failure: string; readonly code?: string | undefined };
type Epoch = Extract<BenchMessage, MeasuredEpoch>;
type Ready = Extract<BenchMessage, { rows: number }>;

const CHILD = fileURLToPath(new URL('./bench-train-child.js', import.meta.url));
const PAPER = fileURLToPath(new URL('../architectures/paper.yaml', import.meta.resolve('@ddnn/training')));
const WAYS = ['own', 'plain'] as const;

/**
 * `ddnn bench train`: both ways of training, each in a process of its own, epoch by epoch in turn, so that other work
 * on the machine slows both alike.
 */
export async function benchTrain(flags: BenchFlags): Promise<void> {
  const { data, split, splitColumn, arch = PAPER, batch, epochs } = flags;
  if (epochs < 1) throw new UsageError('--epochs is 1 or more');
  if (batch < 2) throw new UsageError('--batch is 2 or more');
  const line = new ProgressLine();
  const children = WAYS.map((way) => start({ way, arch, batch, data, split, splitColumn } as BenchTask));
  const measured: Record<TrainingWay, Epoch[]> = { own: [], plain: [] };
  let ready: Ready | undefined;
  try {
    // Both at once: what a child says before somebody listens is gone.
    [ready] = (await Promise.all(children.map(answer))) as Ready[];
    for (let epoch = 0; epoch <= epochs; epoch++) {
      for (const [i, way] of WAYS.entries()) {
        line.update((epoch * 2 + i) / (2 * epochs + 2), `epoch ${epoch}/${epochs}, ${way}`);
        children[i].send('epoch');
        const result = (await answer(children[i])) as Epoch;
        // The first one warms up.
        if (epoch > 0) measured[way].push(result);
      }
    }
  } finally {
    for (const child of children) child.kill();
    line.end();
  }
  report(flags, arch, ready!, summary(measured.own), summary(measured.plain));
}

function start(task: BenchTask): ChildProcess {
  return fork(CHILD, [JSON.stringify(task)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

async function answer(child: ChildProcess): Promise<BenchMessage> {
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`the process that trains ended with ${code}`);
  });
  gone.catch(() => {});
  const [message] = (await Promise.race([once(child, 'message'), gone])) as [BenchMessage];
  if ('failure' in message) {
    const { failure, code } = message;
    throw Object.assign(new Error(failure), code === undefined ? {} : { userFault: true, code });
  }
  return message;
}

interface Summary {
  /** Median of the epochs. */
  readonly secondsPerEpoch: number;
  readonly epochs: readonly number[];
  readonly loss: number;
  /** Largest resident memory of the process, images included. */
  readonly peakBytes: number;
}

function summary(epochs: readonly Epoch[]): Summary {
  const sorted = epochs.map(({ seconds }) => seconds).sort((a, b) => a - b);
  const middle = (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
  const { loss, peakBytes } = epochs.at(-1)!;
  return { secondsPerEpoch: middle, epochs: epochs.map(({ seconds }) => seconds), loss, peakBytes };
}

function report(flags: BenchFlags, arch: string, { rows, views }: Ready, own: Summary, plain: Summary): void {
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
