import path from 'node:path';
import { type Architecture, inferShapes, resolveArchitecture } from '@ddnn/model';
import {
  type Progress,
  readDataFacts,
  recommendArchitecture,
  refitCheckpoint,
  removeCheckpoint,
  spreadOf,
  type TrainedBundle,
  type TrainingReport,
  type TrainOptions,
  trainNetwork,
} from '@ddnn/training';
import pc from 'picocolors';
import { certificateLine } from '../terminal/certificate-line.js';
import { figureLines } from '../terminal/figure-lines.js';
import { printJson } from '../terminal/output.js';
import { ProgressLine } from '../terminal/progress.js';
import { accuracyFigures, exitFigures, spreadTable } from '../terminal/seeds-table.js';
import { tierTable } from '../terminal/tier-table.js';
import { bytes, clock, percent, shellWord } from '../terminal/words.js';
import { type GoalFlags, goalOf } from './goal-flags.js';
import { loadRows, type ManifestFlags, readArchitecture } from './open-bundle.js';
import { type OutputFile, openOutput } from './output-file.js';
import { readSigningKey } from './signing-key.js';
import { untilStopped } from './until-stopped.js';

interface TrainFlags extends ManifestFlags, GoalFlags {
  readonly out: string;
  readonly arch?: string;
  readonly epochs?: number;
  readonly batch?: number;
  readonly rate?: number;
  readonly holdOut: number;
  readonly seed: number;
  readonly seeds: number;
  readonly backend?: TrainOptions['backend'];
  readonly resume?: boolean;
  readonly sign?: string;
  readonly json?: boolean;
}

/** `ddnn train`: joint training of all sections. */
export async function train(flags: TrainFlags): Promise<void> {
  const goal = goalOf(flags);
  const signer = flags.sign === undefined ? undefined : await readSigningKey('--sign', flags.sign);
  const runs: { seed: number; out: OutputFile; checkpoint: string }[] = [];
  for (const { seed, out } of outputs(flags)) {
    const checkpoint = `${out}.checkpoint`;
    const written = [checkpoint, refitCheckpoint(checkpoint)];
    runs.push({ seed, out: await openOutput('--out', out, flags, written), checkpoint });
  }
  const architecture = flags.arch ? await readArchitecture(flags.arch) : await recommended(flags);
  const data = await loadRows(flags, architecture.input, architecture.classes);
  const resolved = resolveArchitecture(architecture, data);
  const seen = new Set(data.rows.map(({ label }) => label));
  for (const name of resolved.classes) {
    if (!seen.has(name)) process.stderr.write(`${pc.yellow('!')} class "${name}" has no row to train on\n`);
  }
  if (!flags.json) process.stderr.write(`${tierTable(resolved, inferShapes(resolved))}\n`);
  const line = new ProgressLine();
  const trained: Trained[] = [];
  for (const { seed, out, checkpoint } of runs) {
    const name = runs.length > 1 ? `seed ${seed}  ` : '';
    const result = await untilStopped(checkpoint, line, (signal) =>
      trainNetwork({
        architecture,
        data,
        seed,
        epochs: flags.epochs,
        batchSize: flags.batch,
        learningRate: flags.rate,
        holdOut: flags.holdOut,
        goal,
        backend: flags.backend,
        checkpoint: {
          file: checkpoint,
          resume: flags.resume,
          onResume: (epoch, stage) =>
            process.stderr.write(`${name}goes on from ${checkpoint}, after epoch ${epoch} of the ${stage}\n`),
        },
        onProgress: (progress) => line.update(progress.epoch / progress.epochs, name + progressText(progress)),
        signal,
      }),
    );
    if (!result) return;
    line.end();
    const bytes = signer ? signer.sign(result.bytes) : result.bytes;
    await out.write(bytes);
    trained.push({ seed, out: out.file, ...result, bytes });
    const { certificate } = result.report;
    if (certificate && !certificate.certified) process.stderr.write(`${name}${certificateLine(certificate)}\n`);
  }
  // The checkpoints are removed only now, so that an interrupted run of several seeds does not train the first ones
  // again.
  for (const { checkpoint } of runs) await removeCheckpoint(checkpoint);
  const documents = trained.map(({ seed, out, bytes, bundle, report }) => ({
    ...(runs.length > 1 && { seed }),
    bundle: out,
    id: bundle.id,
    bytes: bytes.length,
    ...(signer && { keyId: signer.publicKey.id }),
    ...report,
  }));
  if (flags.json) {
    printJson(documents.length === 1 ? documents[0] : { seeds: documents, ...spreadOf(documents) });
    return;
  }
  for (const { out, bytes: file, bundle, report } of trained) {
    process.stdout.write(`${pc.green('✓')} ${out}  ${bytes(file.length)}  ${pc.dim(bundle.id.slice(0, 12))}\n`);
    if (report.certificate?.certified) process.stdout.write(`${certificateLine(report.certificate)}\n`);
    if (trained.length > 1) continue;
    process.stdout.write(`${figureLines(bundle.figures).join('\n')}\n`);
  }
  if (trained.length > 1) {
    const names = trained.map(({ seed }) => `seed ${seed}`);
    const figures = [...accuracyFigures, ...exitFigures<TrainingReport>(({ exitAccuracy }) => exitAccuracy)];
    process.stdout.write('on the held-out rows, which thresholds were chosen on:\n');
    process.stdout.write(
      `${spreadTable(
        names,
        trained.map(({ report }) => report),
        figures,
      )}\n`,
    );
  }
  const bundles = trained.map(({ out }) => shellWord(out)).join(' ');
  const column = flags.splitColumn === undefined ? '' : ` --split-column ${shellWord(flags.splitColumn)}`;
  const views = flags.views ? ` --views ${flags.views.join(',')}` : '';
  const rows = `--data ${shellWord(flags.data)}${column} --split NAME${views}`;
  process.stdout.write(pc.dim(`next, on rows it was not trained on: npx ddnn eval ${rows} --bundle ${bundles}\n`));
}

interface Trained extends TrainedBundle {
  readonly seed: number;
  readonly out: string;
}

/** Seeds to train, and the file of each: the one that was asked for, or with `.s` and the seed before its extension. */
function outputs({ out, seed, seeds }: TrainFlags): { seed: number; out: string }[] {
  if (seeds === 1) return [{ seed, out }];
  const { dir, name, ext } = path.parse(out);
  return Array.from({ length: seeds }, (_, i) => ({
    seed: seed + i,
    out: path.join(dir, `${name}.s${seed + i}${ext}`),
  }));
}

/** The architecture recommended for the data; says so. */
async function recommended(flags: TrainFlags): Promise<Architecture> {
  const facts = await readDataFacts(flags.data, flags);
  const { picture, views, classes, samples } = facts;
  const what = `${views} views of ${picture.width}x${picture.height}, ${classes.length} classes, ${samples} samples`;
  if (!flags.json) process.stderr.write(`recommended for ${what}; --arch takes another\n`);
  return recommendArchitecture(facts);
}

function progressText({ teacher, refit, epoch, epochs, loss, accuracy, best, secondsLeft }: Progress): string {
  const exits = Object.entries(accuracy).map(([exit, share]) => `${exit} ${percent(share)}`);
  if (best) exits.push(`best ${percent(best.accuracy)} in epoch ${best.epoch}`);
  return `${teacher ? 'teacher  ' : refit ? 'all rows  ' : ''}epoch ${epoch}/${epochs}  loss ${loss.toFixed(3)}  ${exits.join('  ')}  ${clock(secondsLeft)} left`;
}
