import { readFile, writeFile } from 'node:fs/promises';
import { inferShapes, parseArchitecture, resolveArchitecture } from '@ddnn/model';
import { loadDataSet, type Progress, pickViews, trainNetwork } from '@ddnn/training';
import pc from 'picocolors';
import { UsageError } from '../terminal/failure.js';
import { printJson } from '../terminal/output.js';
import { ProgressLine } from '../terminal/progress.js';
import { tierTable } from '../terminal/tier-table.js';
import { bytes, clock, percent } from '../terminal/words.js';
import type { ManifestFlags } from './open-bundle.js';

interface TrainFlags extends ManifestFlags {
  readonly out: string;
  readonly arch: string;
  readonly epochs?: number;
  readonly batch?: number;
  readonly rate?: number;
  readonly holdOut: number;
  readonly seed: number;
  readonly backend?: string;
  readonly json?: boolean;
}

/** `ddnn train`: joint training of all sections. */
export async function train(flags: TrainFlags): Promise<void> {
  const { backend } = flags;
  if (backend !== undefined && backend !== 'node' && backend !== 'wasm')
    throw new UsageError('--backend is node or wasm');
  const architecture = parseArchitecture(await readText(flags.arch), flags.arch);
  const line = new ProgressLine();
  const loaded = await loadDataSet(flags.data, {
    size: architecture.input,
    split: flags.split,
    splitColumn: flags.splitColumn,
    onProgress: (done, rows) => line.update(done / rows, `loading images ${done}/${rows}`),
  });
  line.end();
  const data = flags.views ? pickViews(loaded, flags.views) : loaded;
  const resolved = resolveArchitecture(architecture, data);
  if (!flags.json) process.stderr.write(`${tierTable(resolved, inferShapes(resolved))}\n`);
  const {
    bytes: file,
    report,
    bundle,
  } = await trainNetwork({
    architecture,
    data,
    seed: flags.seed,
    epochs: flags.epochs,
    batchSize: flags.batch,
    learningRate: flags.rate,
    holdOut: flags.holdOut,
    ...(backend === undefined ? {} : { backend }),
    onProgress: (progress) => line.update(progress.epoch / progress.epochs, progressText(progress)),
  });
  line.end();
  await writeFile(flags.out, file);
  if (flags.json) {
    printJson({ bundle: flags.out, id: bundle.id, bytes: file.length, ...report });
    return;
  }
  process.stdout.write(`${pc.green('✓')} ${flags.out}  ${bytes(file.length)}  ${pc.dim(bundle.id.slice(0, 12))}\n`);
  for (const [name, value] of Object.entries(bundle.figures)) process.stdout.write(`  ${name.padEnd(28)} ${value}\n`);
  process.stdout.write(
    pc.dim(`next, on rows it was not trained on: ddnn eval --data ${flags.data} --split NAME --bundle ${flags.out}\n`),
  );
}

function progressText({ epoch, epochs, loss, accuracy, best, secondsLeft }: Progress): string {
  const exits = Object.entries(accuracy).map(([exit, share]) => `${exit} ${percent(share)}`);
  if (best) exits.push(`best ${percent(best.accuracy)} in epoch ${best.epoch}`);
  return `epoch ${epoch}/${epochs}  loss ${loss.toFixed(3)}  ${exits.join('  ')}  ${clock(secondsLeft)} left`;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file}: cannot be read: ${(error as Error).message}`);
  }
}
