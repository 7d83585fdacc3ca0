import { ManifestError } from './manifest-error.js';

/** One sample to write; paths are relative to the manifest's folder, null is an absent view. */
export interface NewManifestRow {
  readonly sample: string;
  readonly label: string;
  readonly split: string;
  /** rows that share it are near copies of each other */
  readonly group?: string;
  readonly views: readonly (string | null)[];
}

/**
 * The text of a manifest that `loadManifest` reads back as it is: columns sample, label, split, group where a row has
 * one, view0 to viewN.
 *
 * @param file where it will stand, for messages
 * @throws ManifestError when there is no row, or rows differ in their number of views
 */
export function manifestText(file: string, rows: readonly NewManifestRow[]): string {
  const views = rows[0]?.views.length ?? 0;
  if (views === 0) {
    const at = { file, line: 2, column: 'view0' };
    throw new ManifestError('DDNN_MANIFEST_EMPTY', at, 'there is no sample with a view to write');
  }
  const grouped = rows.some((row) => row.group !== undefined);
  const lines = [
    [
      'sample',
      'label',
      'split',
      ...(grouped ? ['group'] : []),
      ...Array.from({ length: views }, (_, view) => `view${view}`),
    ],
  ];
  for (const [index, row] of rows.entries()) {
    if (row.views.length !== views) {
      const at = { file, line: index + 2, column: `view${Math.min(row.views.length, views)}` };
      const reason = `sample ${JSON.stringify(row.sample)} has ${row.views.length} views, the first one ${views}`;
      throw new ManifestError('DDNN_MANIFEST_VIEWS', at, reason);
    }
    const group = grouped ? [row.group ?? ''] : [];
    lines.push([row.sample, row.label, row.split, ...group, ...row.views.map((view) => view ?? '')]);
  }
  return `${lines.map((cells) => cells.map(quote).join(',')).join('\n')}\n`;
}

/** Quotes a cell if RFC 4180 requires it, or if the reader would remove its spaces. */
function quote(cell: string): string {
  return /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
