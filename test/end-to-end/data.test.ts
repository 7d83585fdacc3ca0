import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ddnn, ddnnJson } from '../ddnn.js';

let folder: string;
const at = (...names: string[]) => path.join(folder, ...names);

/** The simulated street as a folder a class, the camera at the end of the file's name. */
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ddnn-data-'));
  await ddnnJson(['simulate', '--out', at('street'), '--samples', '30', '--size', '16']);
  const [, ...rows] = (await readFile(at('street/manifest.csv'), 'utf8')).trim().split('\n');
  for (const row of rows) {
    const [, label, , ...views] = row.split(',');
    await mkdir(at('own', label), { recursive: true });
    for (const view of views.filter(Boolean)) await cp(at('street', view), at('own', label, path.basename(view)));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('makes a manifest from folders that a check finds nothing wrong with', async () => {
  const made = await ddnnJson<{ manifest: string; cameras: string[]; samples: number }>(['data', 'init', at('own')]);
  expect(made).toMatchObject({ manifest: at('own/manifest.csv'), cameras: ['0', '1', '2', '3', '4', '5'] });
  const report = await ddnnJson<{ samples: number; problems: unknown[]; counts: object }>([
    'data',
    'check',
    made.manifest,
  ]);
  expect(report).toMatchObject({ samples: made.samples, problems: [] });
  expect(Object.keys(report.counts).sort()).toEqual(['test', 'train']);
  const people = await ddnn(['data', 'check', made.manifest]);
  expect(people).toMatchObject({ code: 0 });
  for (const words of ['seen by', 'near copies in train', '0 problems', 'next: npx ddnn train']) {
    expect(people.stdout).toContain(words);
  }
});

it('keeps a manifest that is there, and groups together', async () => {
  await writeFile(at('own/manifest.csv'), 'mine');
  const refused = await ddnn(['data', 'init', at('own')]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('--force');
  expect(await readFile(at('own/manifest.csv'), 'utf8')).toBe('mine');
  // s000010 to s000019 and so on.
  const again = await ddnn(['data', 'init', at('own'), '--force', '--test-share', '0.4', '--group', '^s00000*(\\d)']);
  expect(again.code, again.stderr).toBe(0);
  const [head, ...rows] = (await readFile(at('own/manifest.csv'), 'utf8')).trim().split('\n');
  expect(head).toMatch(/^sample,label,split,group,view0/);
  const sides = new Map<string, Set<string>>();
  for (const [, , split, group] of rows.map((row) => row.split(','))) {
    sides.set(group, (sides.get(group) ?? new Set()).add(split));
  }
  expect([...sides.values()].every(({ size }) => size === 1)).toBe(true);
  expect(rows.some((row) => row.includes(',test,'))).toBe(true);
});

it('counts what it leaves out, writes split folders as train and test, and quotes paths for a shell', async () => {
  const [picture] = (await readFile(at('street/manifest.csv'), 'utf8')).match(/images\/[^,]+/)!;
  for (const name of ['Training/car/1', 'Training/constructor/1', 'Test/car/2', 'Test/constructor/2']) {
    await mkdir(at('my own', path.dirname(name)), { recursive: true });
    await cp(at('street', picture), at('my own', `${name}-c0.png`));
  }
  await writeFile(at('my own/Test/car/3-c0.webp'), 'RIFF');
  const made = await ddnnJson<{ counts: object; leftOut: object }>(['data', 'init', at('my own')]);
  expect(made).toMatchObject({
    counts: { train: { constructor: 1, car: 1 }, test: { constructor: 1, car: 1 } },
    leftOut: { '.webp': 1 },
  });
  const { stdout } = await ddnn(['data', 'init', at('my own'), '--force']);
  expect(stdout).toContain('1 file left out (.webp)');
  expect(stdout).toContain(`--data '${at('my own/manifest.csv')}' --split train`);
  const checked = await ddnn(['data', 'check', at('my own/manifest.csv')]);
  expect(checked.stdout).toContain(`--data '${at('my own/manifest.csv')}' --split train`);
});

it('says what it looked for where a folder holds no picture, and names lines that are not UTF-8', async () => {
  await mkdir(at('empty/car'), { recursive: true });
  await writeFile(at('empty/car/1-c0.heic'), '');
  const empty = await ddnn(['data', 'init', at('empty')]);
  expect(empty).toMatchObject({ code: 2, stderr: expect.stringMatching(/no PNG or JPEG.*1 \.heic.*CLASS\/SAMPLE/) });
  await writeFile(at('latin1.csv'), Buffer.from('sample,label,view0\n1,bus,a.png\n2,caf\xe9,a.png\n', 'latin1'));
  const train = await ddnn(['train', '--data', at('latin1.csv'), '--out', at('x.ddnn')]);
  expect(train).toMatchObject({ code: 2, stderr: expect.stringContaining('latin1.csv, line 3, column "label"') });
});

it('ends with 1 where something is wrong, with 2 where nothing can be read', async () => {
  const rows = (await readFile(at('street/manifest.csv'), 'utf8')).trim().split('\n');
  rows[1] = rows[1].replace(/images\/[^,]+/, 'images/gone.png');
  rows.push(rows[2]);
  await writeFile(at('street/bad.csv'), rows.join('\n'));
  const { code, stdout } = await ddnn(['data', 'check', at('street/bad.csv'), '--json']);
  expect(code).toBe(1);
  const codes = (JSON.parse(stdout) as { problems: { code: string }[] }).problems.map((problem) => problem.code);
  expect(codes).toEqual(['DDNN_MANIFEST_DUPLICATE_SAMPLE', 'DDNN_IMAGE_FILE']);
  const shown = await ddnn(['data', 'check', at('street/bad.csv')]);
  expect(shown.stdout).toContain('2 problems');
  expect((await ddnn(['data', 'check', at('none.csv')])).code).toBe(2);
  expect((await ddnn(['data', 'init', at('none')])).code).toBe(2);
  expect((await ddnn(['data', 'init', at('own'), '--force', '--group', '('])).stderr).toContain('--group');
});

it('warns where a folder that is called like a split became a class', async () => {
  const [picture] = (await readFile(at('street/manifest.csv'), 'utf8')).match(/images\/[^,]+/)!;
  for (const [split, label] of [
    ['train', 'car'],
    ['holdout', 'bus'],
  ]) {
    await mkdir(at('odd', split, label), { recursive: true });
    await cp(at('street', picture), at('odd', split, label, 'a-c0.png'));
  }
  const { code, stdout } = await ddnn(['data', 'init', at('odd')]);
  expect(code).toBe(0);
  expect(stdout).toContain('! "train" is a class here');
  expect(stdout).not.toContain('"holdout" is a class');
});
