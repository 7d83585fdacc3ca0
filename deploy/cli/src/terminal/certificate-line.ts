import type { Certificate } from '@ddnn/training';
import pc from 'picocolors';
import { percent } from './words.js';

/** A certificate in one line: a promise, or why there is none and what to do. */
export function certificateLine(certificate: Certificate): string {
  const { certified, accuracyLoss, confidence, rows, rowsNeeded, excessErrors } = certificate;
  const asked = `${percent(accuracyLoss)} below the cloud's accuracy with ${percent(confidence)} confidence`;
  if (certified) return `${pc.green('✓')} certified on ${rows} rows: at most ${asked}`;
  const reason =
    rows < rowsNeeded
      ? `that takes ${rowsNeeded} rows or more, there are ${rows}; hold out more with --hold-out, or name more rows to ddnn calibrate`
      : `in ${rows} rows, ${excessErrors} that the cloud gets right are answered wrong at the lowest thresholds`;
  return `${pc.yellow('not certified:')} at most ${asked}: ${reason}. Every sample goes to the cloud.`;
}
