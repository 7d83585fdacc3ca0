import { calibrateThresholds } from '@ddnn/training';
import pc from 'picocolors';
import { certificateLine } from '../terminal/certificate-line.js';
import { printJson } from '../terminal/output.js';
import { withProgress } from '../terminal/progress.js';
import { bytes, percent } from '../terminal/words.js';
import { type GoalFlags, goalOf } from './goal-flags.js';
import { loadFor, type ManifestFlags, readBundle } from './open-bundle.js';
import { openOutput } from './output-file.js';
import { readSigningKey } from './signing-key.js';

interface CalibrateFlags extends ManifestFlags, GoalFlags {
  readonly bundle: string;
  readonly out: string;
  readonly sign?: string;
  readonly json?: boolean;
}

/** `ddnn calibrate`: other thresholds for a trained bundle. */
export async function calibrate(flags: CalibrateFlags): Promise<void> {
  const goal = goalOf(flags);
  const signer = flags.sign === undefined ? undefined : await readSigningKey('--sign', flags.sign);
  const out = await openOutput('--out', flags.out, flags);
  const before = await readBundle(flags.bundle);
  const data = await loadFor(before, flags);
  const calibrated = await withProgress('asking every exit', (onProgress) =>
    calibrateThresholds({ bundle: before, data, goal, onProgress }),
  );
  const { bundle, report } = calibrated;
  const file = signer ? signer.sign(calibrated.bytes) : calibrated.bytes;
  await out.write(file);
  const { certificate } = report;
  if (certificate && !certificate.certified) process.stderr.write(`${certificateLine(certificate)}\n`);
  if (flags.json) {
    printJson({
      bundle: flags.out,
      id: bundle.id,
      bytes: file.length,
      ...(signer && { keyId: signer.publicKey.id }),
      ...report,
    });
    return;
  }
  process.stdout.write(`${pc.green('✓')} ${flags.out}  ${bytes(file.length)}  ${pc.dim(bundle.id.slice(0, 12))}\n`);
  if (certificate?.certified) process.stdout.write(`${certificateLine(certificate)}\n`);
  for (const exit of ['local', 'edge'] as const) {
    const settings = bundle.exits[exit];
    if (settings)
      process.stdout.write(`  ${exit} threshold ${before.exits[exit]!.threshold} → ${settings.threshold}\n`);
  }
  process.stdout.write(`  accuracy ${percent(report.accuracy, 2)} on ${report.rows} rows\n`);
  if (report.budget) process.stdout.write(`  payload bytes a view ${report.budget.payloadPerView.toFixed(2)}\n`);
}
