import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodePng } from '@ddnn/images';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadDataSet, pickViews } from './data-set.js';

const size = { width: 4, height: 4, channels: 3 } as const;
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ddnn-data-set-'));
  file = path.join(folder, 'manifest.csv');
  const picture = (side: number, value: number) =>
    encodePng({ width: side, height: side, data: new Uint8Array(side * side * 3).fill(value) });
  await writeFile(path.join(folder, 'a.png'), picture(4, 10));
  await writeFile(path.join(folder, 'b.png'), picture(8, 20));
  await writeFile(path.join(folder, 'broken.png'), picture(4, 30).subarray(0, 40));
  await writeFile(
    file,
    'sample,label,split,view0,view1\none,car,train,a.png,\ntwo,bus,train,b.png,a.png\nbad,bus,val,a.png,broken.png\n',
  );
});
afterAll(() => rm(folder, { recursive: true }));

test('A manifest becomes pixels of the architecture’s size, null for an absent view', async () => {
  const progress: number[][] = [];
  const data = await loadDataSet(file, { size, split: 'train', onProgress: (...step) => progress.push(step) });
  expect(data).toMatchObject({
    views: 2,
    classes: ['car', 'bus'],
    rows: [
      { sample: 'one', label: 'car' },
      { sample: 'two', label: 'bus' },
    ],
  });
  expect(data.images[0]).toEqual([new Uint8Array(48).fill(10), null]);
  expect(data.images[1]).toEqual([new Uint8Array(48).fill(20), new Uint8Array(48).fill(10)]);
  expect(data.jpegBytes).toEqual([
    [null, null],
    [null, null],
  ]);
  expect(progress).toEqual([[2, 2]]);
});

test('Rows carry the group of near copies that the manifest names', async () => {
  const grouped = path.join(folder, 'grouped.csv');
  await writeFile(grouped, 'sample,object,label,view0\none,cup1,cup,a.png\ntwo,,cup,a.png\n');
  const { rows } = await loadDataSet(grouped, { size });
  expect(rows).toEqual([
    { sample: 'one', label: 'cup', group: 'cup1' },
    { sample: 'two', label: 'cup' },
  ]);
});

test('A broken picture is told with the manifest’s line and view', async () => {
  const error = await loadDataSet(file, { size, split: 'val' }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'DDNN_IMAGE_BROKEN', userFault: true });
  expect((error as Error).message).toContain('manifest.csv, line 4, column "view1"');
});

test('Views can be picked and put in another order', async () => {
  const data = await loadDataSet(file, { size, split: 'train' });
  const turned = pickViews(data, [1, 0]);
  expect(turned.images[0]).toEqual([null, data.images[0][0]]);
  expect(pickViews(data, [1])).toMatchObject({ views: 1, images: [[null], [data.images[1][1]]] });
  for (const views of [[], [2], [0, 0], [-1]]) {
    expect(() => pickViews(data, views)).toThrow(expect.objectContaining({ code: 'DDNN_TRAINING_VIEWS' }));
  }
});

test('A row’s group is its physical object, its frame where there is none, and the column group goes before both', async () => {
  const groupsIn = async (header: string, cells: string[]) => {
    const groups = path.join(folder, 'groups.csv');
    const lines = cells.map((cell, i) => `s${i},car,${cell},a.png`);
    await writeFile(groups, [`sample,label,${header},view0`, ...lines, ''].join('\n'));
    const { rows, groupColumn } = await loadDataSet(groups, { size });
    return { groupColumn, groups: rows.map(({ group }) => group) };
  };
  expect(await groupsIn('frame,object', ['1,a', '2,a'])).toEqual({ groupColumn: 'object', groups: ['a', 'a'] });
  expect(await groupsIn('object,group', ['a,x', 'b,'])).toEqual({ groupColumn: 'group', groups: ['x', undefined] });
  expect(await groupsIn('frame', ['7', '8'])).toEqual({ groupColumn: 'frame', groups: ['7', '8'] });
  expect(await groupsIn('weather', ['rain', 'sun'])).toEqual({ groups: [undefined, undefined] });
});
