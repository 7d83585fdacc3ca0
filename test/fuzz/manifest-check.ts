import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadManifest, ManifestError, manifestText, type NewManifestRow } from '@ddnn/images';
import type { ManifestInput } from './manifests.js';
import { refusal } from './refusal.js';

const folder = mkdtempSync(path.join(tmpdir(), 'ddnn-fuzz-'));
const file = path.join(folder, 'views.csv');

/** Removes what the checks have written. */
export function removeManifests(): void {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * A manifest is refused at a place that there is, or gives rows that keep to its own words. Pictures are not looked
 * for: a path may be anything.
 */
export async function checkManifest({ bytes, lenient, ...options }: ManifestInput): Promise<string> {
  writeFileSync(file, bytes);
  const lines =
    1 +
    Buffer.from(bytes)
      .toString('latin1')
      .split(/\r\n?|\n/).length;
  const bad: ManifestError[] = [];
  const checkPlace = (error: ManifestError) => {
    if (!(error.line >= 1 && error.line <= lines)) throw new Error(`line ${error.line} of ${lines}: ${error.message}`);
    if (typeof error.column !== 'string') throw new Error(`column ${error.column}`);
  };
  const onBadRow = lenient ? (error: ManifestError) => void bad.push(error) : undefined;
  let outcome = 'taken';
  try {
    const { rows, views, classes } = await loadManifest(file, { ...options, onBadRow, checkFiles: false });
    if (rows.length + bad.length > lines) throw new Error(`${rows.length} rows and ${bad.length} bad ones`);
    let before = 1;
    for (const row of rows) {
      if (classes[row.classIndex] !== row.label) throw new Error(`label ${row.label} is no class`);
      if (row.views.length !== views || row.sample === '') throw new Error(`row ${JSON.stringify(row)}`);
      if (!(row.line > before && row.line <= lines)) throw new Error(`line ${row.line} after line ${before}`);
      before = row.line;
    }
  } catch (error) {
    outcome = refusal(error, ManifestError, folder);
    checkPlace(error as ManifestError);
  }
  for (const error of bad) checkPlace(error);
  return outcome;
}

/** What is written is read back; the reader has one kind of line end, and one spelling of a label. */
export async function checkManifestRows(rows: readonly NewManifestRow[]): Promise<string> {
  writeFileSync(file, manifestText(file, rows));
  const read = await loadManifest(file, { checkFiles: false });
  const lined = (text: string) => text.replace(/\r\n?/g, '\n');
  const expected = rows.map(({ sample, label, split, views }) => ({
    sample: lined(sample),
    label: lined(label).normalize(),
    split: lined(split).normalize(),
    views: views.map((view) => (view ? lined(view) : null)),
  }));
  const came = read.rows.map(({ sample, label, extra, views }) => ({ sample, label, split: extra.split, views }));
  if (JSON.stringify(came) !== JSON.stringify(expected)) {
    throw new Error(`${JSON.stringify(expected)} came as ${JSON.stringify(came)}`);
  }
  return 'taken';
}
