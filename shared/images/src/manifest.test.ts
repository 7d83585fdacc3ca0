import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadManifest, type ManifestOptions, viewFile } from './manifest.js';
import { manifestText } from './manifest-text.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'ddnn-manifest-'));
  mkdirSync(path.join(folder, 'folder.png'));
  for (const name of ['a.png', 'b.png']) writeFileSync(path.join(folder, name), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(text: string): string {
  const file = path.join(folder, 'm.csv');
  writeFileSync(file, text);
  return file;
}

const HEAD = 'sample,frame,label,split,view0,view1\n';
const GOOD = `${HEAD}s0,7,car,train,a.png,\ns1,8,bus,val,,b.png\ns2,9,car,val,,\n`;

describe('loadManifest', () => {
  it('reads samples, labels, lines, views and extra columns', async () => {
    const file = write(GOOD);
    const manifest = await loadManifest(file);
    expect(manifest).toEqual({
      file,
      folder,
      views: 2,
      classes: ['car', 'bus'],
      groupColumn: 'frame',
      rows: [
        {
          sample: 's0',
          label: 'car',
          classIndex: 0,
          group: '7',
          line: 2,
          views: ['a.png', null],
          extra: { frame: '7', split: 'train' },
        },
        {
          sample: 's1',
          label: 'bus',
          classIndex: 1,
          group: '8',
          line: 3,
          views: [null, 'b.png'],
          extra: { frame: '8', split: 'val' },
        },
        {
          sample: 's2',
          label: 'car',
          classIndex: 0,
          group: '9',
          line: 4,
          views: [null, null],
          extra: { frame: '9', split: 'val' },
        },
      ],
    });
    expect(viewFile(manifest, manifest.rows[0]!, 0)).toBe(path.join(folder, 'a.png'));
    expect(viewFile(manifest, manifest.rows[0]!, 1)).toBeNull();
  });

  it('takes the rows of one split and keeps the classes of the whole file', async () => {
    const { rows, classes } = await loadManifest(write(GOOD), { split: 'val' });
    expect(rows.map((row) => [row.sample, row.classIndex])).toEqual([
      ['s1', 1],
      ['s2', 0],
    ]);
    expect(classes).toEqual(['car', 'bus']);
  });

  it('takes the group of near copies from group, object or frame, whichever comes first in this order', async () => {
    const groups = async (text: string) => (await loadManifest(write(text))).rows.map((row) => row.group);
    expect(await groups('sample,label,view0,object\ns0,car,,o1\ns1,car,,\n')).toEqual(['o1', undefined]);
    expect(await groups('sample,frame,object,label,view0\ns0,7,o1,car,\n')).toEqual(['o1']);
    expect(await groups('sample,frame,object,group,label,view0\ns0,7,o1,g1,car,\n')).toEqual(['g1']);
    expect(await groups('sample,label,view0\ns0,car,\n')).toEqual([undefined]);
  });

  it('looks the split up in another column', async () => {
    const { rows } = await loadManifest(write(GOOD), { split: '9', splitColumn: 'frame' });
    expect(rows.map((row) => row.sample)).toEqual(['s2']);
  });

  it('counts in the order of the given classes', async () => {
    const { rows, classes } = await loadManifest(write(GOOD), { classes: ['person', 'bus', 'car'] });
    expect(rows.map((row) => row.classIndex)).toEqual([2, 1, 2]);
    expect(classes).toEqual(['person', 'bus', 'car']);
  });

  it('takes columns in any order, a byte order mark, CRLF, blank lines, quotes and spaces', async () => {
    const text = '\ufeffview1,label , sample,view0\r\n,car,"s\r\n0",a.png\r\n\r\nb.png, "bus, red" ,s1, \r\n';
    const { rows } = await loadManifest(write(text));
    expect(rows.map(({ sample, label, line, views }) => ({ sample, label, line, views }))).toEqual([
      { sample: 's\n0', label: 'car', line: 2, views: ['a.png', null] },
      { sample: 's1', label: 'bus, red', line: 5, views: [null, 'b.png'] },
    ]);
  });

  it('takes an absolute image path', async () => {
    const image = path.join(folder, 'b.png');
    const manifest = await loadManifest(write(`sample,label,view0\ns0,car,${image}\n`));
    expect(viewFile(manifest, manifest.rows[0]!, 0)).toBe(image);
  });

  it('checks image files of the chosen rows only, and only if asked', async () => {
    const file = write(`${HEAD}s0,7,car,train,a.png,\ns1,8,bus,val,gone.png,\n`);
    expect((await loadManifest(file, { split: 'train' })).rows).toHaveLength(1);
    expect((await loadManifest(file, { checkFiles: false })).rows).toHaveLength(2);
  });

  const bad: [
    what: string,
    text: string,
    code: string,
    line: number,
    column: string,
    says: string,
    options?: ManifestOptions,
  ][] = [
    ['an empty file', '', 'EMPTY', 1, 'sample', 'the file is empty'],
    ['a header without a sample', HEAD, 'EMPTY', 2, 'sample', 'a header but no sample'],
    ['an open quote', `${HEAD}"s0,7,car\n`, 'SYNTAX', 2, 'cell 1', 'not CSV'],
    ['no sample column', 'id,label,view0\n', 'COLUMN', 1, 'sample', 'missing; there are "id", "label", "view0"'],
    ['no label column', 'sample,class,view0\n', 'COLUMN', 1, 'label', 'missing'],
    ['no view', 'sample,label,image\n', 'COLUMN', 1, 'view0', 'missing'],
    ['views from 1 on', 'sample,label,view1\n', 'COLUMN', 1, 'view0', 'missing'],
    ['a gap in the views', 'sample,label,view0,view1,view3\n', 'VIEWS', 1, 'view2', 'missing, but there is view3'],
    ['a view with a leading zero', 'sample,label,view0,view01\n', 'VIEWS', 1, 'view01', 'without a gap'],
    ['a view of a huge number', 'sample,label,view0,view4000000000\n', 'VIEWS', 1, 'view4000000000', 'without a gap'],
    ['a duplicate column', 'sample,label,view0,label\n', 'DUPLICATE_COLUMN', 1, 'label', 'columns 2 and 4'],
    ['too few cells', `${GOOD}s3,7,car,train,a.png\n`, 'CELLS', 5, 'view1', 'the row has 5 cells, the header 6'],
    ['too many cells', `${GOOD}s3,7,car,train,a.png,,\n`, 'CELLS', 5, 'view1', 'the row has 7 cells, the header 6'],
    ['a sample without an id', `${GOOD},7,car,train,,\n`, 'SAMPLE', 5, 'sample', 'no id'],
    ['a duplicate sample', `${GOOD}s1,7,car,train,,\n`, 'DUPLICATE_SAMPLE', 5, 'sample', '"s1" is also on line 3'],
    ['an empty label', `${GOOD}s3,7, ,train,,\n`, 'LABEL', 5, 'label', 'sample "s3" has no label'],
    [
      'an unknown label',
      GOOD,
      'UNKNOWN_LABEL',
      3,
      'label',
      '"bus"; the classes are "car", "person"',
      { classes: ['car', 'person'] },
    ],
    [
      'a missing split column',
      GOOD,
      'COLUMN',
      1,
      'split_random',
      'no such split column',
      { split: 'val', splitColumn: 'split_random' },
    ],
    ['an unknown split', GOOD, 'SPLIT', 1, 'split', '"test"; there are "train", "val"', { split: 'test' }],
    ['a missing image', `${GOOD}s3,7,car,val,a.png,gone.png\n`, 'IMAGE', 5, 'view1', '"gone.png" does not exist'],
    ['a folder as image', `${GOOD}s3,7,car,val,folder.png,\n`, 'IMAGE', 5, 'view0', '"folder.png" does not exist'],
  ];
  for (const [what, text, code, line, column, says, options] of bad) {
    it(`refuses ${what}, naming file, line and column`, async () => {
      const file = write(text);
      const error = await loadManifest(file, options).catch((cause: unknown) => cause);
      expect(error).toMatchObject({
        name: 'ManifestError',
        code: `DDNN_MANIFEST_${code}`,
        userFault: true,
        file,
        line,
        column,
      });
      expect((error as Error).message).toContain(`${file}, line ${line}, column "${column}": `);
      expect((error as Error).message).toContain(says);
    });
  }

  it('refuses a file that is not there', async () => {
    const file = path.join(folder, 'gone.csv');
    await expect(loadManifest(file)).rejects.toMatchObject({
      code: 'DDNN_MANIFEST_FILE',
      message: expect.stringContaining(`${file}: cannot be read`),
    });
  });
});

describe('encodings', () => {
  const write = (bytes: Buffer) => {
    const file = path.join(folder, 'encoded.csv');
    writeFileSync(file, bytes);
    return file;
  };
  const HEAD = 'sample,label,view0\n';

  it('names line and column of what is not UTF-8, and hands it out as a bad row', async () => {
    const file = write(Buffer.from(`${HEAD}1,bus,a.png\r\n2,"caf\xe9\nX",a.png\n3,caf\xe8,a.png\n`, 'latin1'));
    const at = { code: 'DDNN_MANIFEST_ENCODING', line: 3, column: 'label', userFault: true };
    await expect(loadManifest(file)).rejects.toMatchObject(at);
    const lines: number[] = [];
    const { classes } = await loadManifest(file, { onBadRow: ({ line }) => lines.push(line) });
    expect([lines, classes]).toEqual([[3, 5], ['bus']]);
    await expect(loadManifest(write(Buffer.from('sample,label,view0,\xe9\n', 'latin1')))).rejects.toMatchObject({
      code: 'DDNN_MANIFEST_ENCODING',
      line: 1,
    });
  });

  it('keeps a replacement character that the file itself holds', async () => {
    const { classes } = await loadManifest(write(Buffer.from(`${HEAD}1,caf\uFFFD,a.png\n`)));
    expect(classes).toEqual(['caf\uFFFD']);
  });

  it.each([
    ['with a mark', Buffer.from(`\uFEFF${HEAD}1,bus,a.png\n`, 'utf16le')],
    ['without', Buffer.from(`${HEAD}1,bus,a.png\n`, 'utf16le')],
    ['of the other order', Buffer.from(`\uFEFF${HEAD}1,bus,a.png\n`, 'utf16le').swap16()],
  ])('refuses UTF-16 %s', async (_, bytes) => {
    await expect(loadManifest(write(bytes))).rejects.toMatchObject({
      code: 'DDNN_MANIFEST_ENCODING',
      message: expect.stringContaining('UTF-8'),
    });
  });

  it.each([';', '\t', '|'])('says that %j is no comma', async (separator) => {
    const text = `${HEAD}1,bus,a.png\n`.replaceAll(',', separator);
    await expect(loadManifest(write(Buffer.from(text)))).rejects.toMatchObject({
      code: 'DDNN_MANIFEST_SYNTAX',
      line: 1,
      message: expect.stringContaining('commas'),
    });
  });

  it('takes a word composed and decomposed as one, in the data and in the classes given', async () => {
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
    const file = write(Buffer.from(`\uFEFF${HEAD}1,${composed},a.png\n2,${decomposed},a.png\n3,bus,a.png\n`));
    expect((await loadManifest(file)).classes).toEqual([composed, 'bus']);
    const { rows, classes } = await loadManifest(file, { classes: ['bus', decomposed] });
    expect(classes).toEqual(['bus', composed]);
    expect(rows.map(({ label, classIndex }) => [label, classIndex])).toEqual([
      [composed, 1],
      [composed, 1],
      ['bus', 0],
    ]);
  });

  it('opens a picture by the very bytes of its path', async () => {
    const name = 'cafe\u0301.png';
    writeFileSync(path.join(folder, name), '');
    const { rows } = await loadManifest(write(Buffer.from(`${HEAD}1,bus,${name}\n`)));
    expect(rows[0].views).toEqual([name]);
  });
});

describe('manifestText', () => {
  it('writes what loadManifest reads back, whatever the cells hold', async () => {
    const rows = [
      { sample: 'a,"b"', label: ' car', split: 'train', views: ['x, y.png', null] },
      { sample: 'two\nlines', label: 'bus', split: 'val', views: [null, null] },
      { sample: 's2', label: 'bus', split: 'val', views: ['a.png', 'b.png'] },
    ];
    const file = path.join(folder, 'new.csv');
    writeFileSync(file, manifestText(file, rows));
    const manifest = await loadManifest(file, { checkFiles: false });
    expect(
      manifest.rows.map(({ sample, label, views, extra }) => ({ sample, label, split: extra.split, views })),
    ).toEqual(rows);
    expect(manifest.rows.map((row) => row.line)).toEqual([2, 3, 5]);
  });

  it('writes groups where a row has one', async () => {
    const file = path.join(folder, 'groups.csv');
    const row = { label: 'car', split: 'train', views: ['a.png'] };
    const rows = [
      { ...row, sample: 's0', group: 'g,1' },
      { ...row, sample: 's1' },
    ];
    writeFileSync(file, manifestText(file, rows));
    expect((await loadManifest(file)).rows.map(({ group }) => group)).toEqual(['g,1', undefined]);
  });

  it('hands out every bad row where asked, and keeps the others', async () => {
    const file = write(`${GOOD}s1,7,car,val,,\n,7,car,val,,\ns3,7,zebra,val,a.png,\ns4,7,car,val,a.png,\n`);
    const bad: [string, number][] = [];
    const { rows } = await loadManifest(file, {
      classes: ['car', 'bus'],
      onBadRow: ({ code, line }) => bad.push([code, line]),
    });
    expect(bad).toEqual([
      ['DDNN_MANIFEST_DUPLICATE_SAMPLE', 5],
      ['DDNN_MANIFEST_SAMPLE', 6],
      ['DDNN_MANIFEST_UNKNOWN_LABEL', 7],
    ]);
    expect(rows.map(({ sample }) => sample)).toEqual(['s0', 's1', 's2', 's4']);
  });

  it('refuses no rows and rows with another number of views', async () => {
    const file = path.join(folder, 'never.csv');
    const row = { sample: 's', label: 'car', split: 'train', views: ['a.png'] };
    const refused = (what: object) => expect.objectContaining(what);
    expect(() => manifestText(file, [])).toThrow(refused({ code: 'DDNN_MANIFEST_EMPTY' }));
    expect(() => manifestText(file, [row, { ...row, views: [null, null] }])).toThrow(
      refused({ code: 'DDNN_MANIFEST_VIEWS', line: 3, column: 'view1' }),
    );
  });
});
