import type { NewManifestRow } from '@ddnn/images';
import fc from 'fast-check';
import { mutate, mutations } from './mutations.js';

/** A manifest as somebody might save it, and how it is asked for. */
export interface ManifestInput {
  readonly bytes: Uint8Array;
  readonly split?: string | undefined;
  readonly classes?: readonly string[] | undefined;
  /** Bad rows are handed out and left out, where the first one would be thrown else. */
  readonly lenient: boolean;
}

const odd = fc.constantFrom(
  '',
  ' ',
  '"',
  '""',
  '"a',
  'a"b',
  '\t',
  ';',
  'a,b',
  'two\nlines',
  'cr\rlf\r\n',
  '\u00e9',
  'e\u0301',
  '\ufeff',
  '\ufffd',
  '\u2028',
  '\u0085',
  '\u{1f68c}',
  '__proto__',
  'constructor',
  '=1+1',
  '-0',
  '1e400',
  '9'.repeat(400),
  'x'.repeat(3_000),
  '../../a.png',
  'C:\\a.png',
);
const name = fc.constantFrom('sample', 'label', 'view0', 'view1', 'view2', 'split', 'group', 'object', 'frame');
const oddName = fc.oneof(
  odd,
  fc.constantFrom('view01', 'view3', 'view4000000000', 'view-1', 'viewx', 'Sample', 'sep=;'),
);
const usual = ['sample', 'label', 'split', 'view0', 'view1'];
const header = fc.oneof(
  { weight: 3, arbitrary: fc.shuffledSubarray(usual, { minLength: 4, maxLength: 5 }) },
  fc.constant(usual),
  fc.array(fc.oneof({ weight: 4, arbitrary: name }, oddName), { maxLength: 8 }),
);
const cell = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('s0', 's1', 's2', 'car', 'bus', 'train', 'val', 'a.png', 'b.png', '7') },
  odd,
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
type Quoting = 'proper' | 'all' | 'none' | 'sloppy';
const quoting = fc.constantFrom<Quoting>('proper', 'proper', 'all', 'none', 'sloppy');
type Encoding = 'utf8' | 'latin1' | 'utf16le' | 'utf16be';
const encoding = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Encoding>('utf8') },
  fc.constantFrom<Encoding>('latin1', 'utf16le', 'utf16be'),
);

function quoted(text: string, how: Quoting): string {
  const full = `"${text.replaceAll('"', '""')}"`;
  if (how === 'all') return full;
  if (how === 'none') return text;
  if (how === 'sloppy') return ` "${text}"`;
  return /[",\r\n]/.test(text) ? full : text;
}

function encoded(text: string, how: Encoding): Uint8Array {
  if (how === 'utf16be') return Buffer.from(text, 'utf16le').swap16();
  return Buffer.from(text, how);
}

/** CSV of any kind: odd quotes, line ends, encodings, byte order marks, rows too short and too long, huge numbers. */
export const manifests: fc.Arbitrary<ManifestInput> = fc
  .record({
    header,
    rows: fc.array(fc.array(cell, { maxLength: 7 }), { maxLength: 6 }),
    fit: fc.nat(3).map((dice) => dice < 3),
    separator: fc.constantFrom(',', ',', ',', ';', '\t', ' , '),
    lineEnd: fc.constantFrom('\n', '\n', '\r\n', '\r', '\n\n'),
    mark: fc.constantFrom('', '', '\ufeff', '\ufeff\ufeff'),
    quoting,
    encoding,
    damage: mutations,
    split: fc.option(fc.constantFrom('train', 'val', '', '__proto__'), { nil: undefined, freq: 2 }),
    classes: fc.option(fc.constantFrom(['car', 'bus'], [], ['car', 'car', '\u00e9', '__proto__']), {
      nil: undefined,
      freq: 2,
    }),
    lenient: fc.boolean(),
  })
  .map(({ header, rows, fit, separator, lineEnd, mark, quoting, encoding, damage, ...how }) => {
    const cells = rows.map((row) => (fit ? header.map((_, i) => row[i] ?? '') : row));
    const lines = [header, ...cells].map((row) => row.map((text) => quoted(text, quoting)).join(separator));
    return { bytes: mutate(encoded(mark + lines.join(lineEnd) + lineEnd, encoding), damage), ...how };
  });

/** A cell that UTF-8 can say, and that is no zero byte: that is refused as UTF-16. */
const text = fc.oneof(
  odd,
  fc.string({ unit: 'grapheme', maxLength: 8 }).map((all) => all.replaceAll('\0', '')),
);
const row = fc.record({
  label: text.filter((all) => all !== ''),
  split: text,
  views: fc.array(fc.option(text), { minLength: 3, maxLength: 3 }),
});

/** Samples that `manifestText` writes and `loadManifest` must read back. */
export const manifestRows: fc.Arbitrary<readonly NewManifestRow[]> = fc
  .tuple(
    fc.uniqueArray(
      text.filter((all) => all !== ''),
      { minLength: 1, maxLength: 5 },
    ),
    fc.array(row, { minLength: 5, maxLength: 5 }),
    fc.integer({ min: 1, max: 3 }),
  )
  .map(([samples, rows, views]) =>
    samples.map((sample, i) => ({ sample, ...rows[i], views: rows[i].views.slice(0, views) })),
  );
