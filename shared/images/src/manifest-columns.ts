import { ManifestError } from './manifest-error.js';
import { type ManifestLine, NOT_UTF8 } from './manifest-lines.js';

/** The position of each kind of cell in a row, as the header says. */
export interface ManifestColumns {
  readonly header: readonly string[];
  readonly sample: number;
  readonly label: number;
  /** the positions of view0 to viewN, in this order */
  readonly views: readonly number[];
  /** the positions of all other columns */
  readonly extra: readonly number[];
}

/**
 * Reads a manifest's header: `sample`, `label` and `view0` to `viewN` in any order, others are extra.
 *
 * @throws ManifestError for a missing or duplicate column, for another separator than the comma, and for a gap in the
 * numbering of the views
 */
export function readColumns(file: string, { cells, garbled }: ManifestLine): ManifestColumns {
  const header = cells.map((name) => name.normalize());
  if (garbled !== undefined) {
    throw new ManifestError('DDNN_MANIFEST_ENCODING', { file, line: 1, column: header[garbled]! }, NOT_UTF8);
  }
  const positions = new Map<string, number>();
  const views: number[] = [];
  const extra: number[] = [];
  for (const [position, name] of header.entries()) {
    const at = { file, line: 1, column: name };
    if (positions.has(name)) {
      const both = `columns ${positions.get(name)! + 1} and ${position + 1} have the same name`;
      throw new ManifestError('DDNN_MANIFEST_DUPLICATE_COLUMN', at, both);
    }
    positions.set(name, position);
    const number = /^view(\d+)$/.exec(name)?.[1];
    if (number === undefined) {
      if (name !== 'sample' && name !== 'label') extra.push(position);
    } else if (String(Number(number)) === number && Number(number) < header.length) {
      views[Number(number)] = position;
    } else {
      throw new ManifestError('DDNN_MANIFEST_VIEWS', at, 'views are numbered view0, view1, ... without a gap');
    }
  }
  const find = (column: string): number => {
    const position = positions.get(column);
    if (position !== undefined) return position;
    if (header.length <= 2 && /[;\t|]|^sep=/.test(header.join())) {
      const reason = 'the columns are not separated by commas: save it as CSV with commas';
      throw new ManifestError('DDNN_MANIFEST_SYNTAX', { file, line: 1, column: header[0]! }, reason);
    }
    const there = header.map((name) => JSON.stringify(name)).join(', ');
    throw new ManifestError(
      'DDNN_MANIFEST_COLUMN',
      { file, line: 1, column },
      `this column is missing; there are ${there}`,
    );
  };
  const columns = { header, sample: find('sample'), label: find('label'), views, extra };
  find('view0');
  for (let view = 0; view < views.length; view++) {
    if (views[view] !== undefined) continue;
    const at = { file, line: 1, column: `view${view}` };
    throw new ManifestError('DDNN_MANIFEST_VIEWS', at, `this column is missing, but there is view${views.length - 1}`);
  }
  return columns;
}
