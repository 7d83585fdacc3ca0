import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFolderTree } from './folder-tree.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'ddnn-tree-'));
});
afterAll(() => rm(root, { recursive: true }));

async function tree(...files: string[]): Promise<string> {
  const folder = await mkdtemp(path.join(root, 't-'));
  for (const file of files) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), '');
  }
  return folder;
}

describe('readFolderTree', () => {
  it('takes a folder a sample, and counts names by their numbers', async () => {
    const folder = await tree('car/s10/cam2.png', 'car/s2/cam10.JPG', 'car/s2/cam2.jpeg', 'bus/a/cam10.png');
    expect(await readFolderTree(folder)).toMatchObject({
      cameras: ['cam2', 'cam10'],
      samples: [
        { sample: 'bus/a', label: 'bus', views: [null, 'bus/a/cam10.png'] },
        { sample: 'car/s2', label: 'car', views: ['car/s2/cam2.jpeg', 'car/s2/cam10.JPG'] },
        { sample: 'car/s10', label: 'car', views: ['car/s10/cam2.png', null] },
      ],
    });
  });

  it('takes the camera from the end of a file’s name', async () => {
    const folder = await tree('car/001-c0.png', 'car/001-c3.png', 'car/002_cam3.png', 'bus/x-y-v03.jpg');
    expect(await readFolderTree(folder)).toMatchObject({
      cameras: ['0', '3'],
      samples: [
        { sample: 'bus/x-y', label: 'bus', views: [null, 'bus/x-y-v03.jpg'] },
        { sample: 'car/001', label: 'car', views: ['car/001-c0.png', 'car/001-c3.png'] },
        { sample: 'car/002', label: 'car', views: [null, 'car/002_cam3.png'] },
      ],
    });
  });

  it('takes folders called train and test as splits, in both layouts', async () => {
    const one = await readFolderTree(await tree('train/car/1/a.png', 'test/car/1/a.png'));
    expect(one.samples.map(({ sample, split, label }) => [sample, split, label])).toEqual([
      ['test/car/1', 'test', 'car'],
      ['train/car/1', 'train', 'car'],
    ]);
    const two = await readFolderTree(await tree('train/car/1-c0.png', 'val/car/1-c0.png'));
    expect(two.samples.map(({ split }) => split)).toEqual(['train', 'val']);
    const named = ['Training/a/1-c0.png', 'TESTING/a/1-c0.png', 'Validation/a/1-c0.png', 'valid/a/2-c0.png'];
    const { samples } = await readFolderTree(await tree(...named));
    expect(samples.map(({ sample, split }) => [sample, split])).toEqual([
      ['TESTING/a/1', 'test'],
      ['Training/a/1', 'train'],
      ['Validation/a/1', 'val'],
      ['valid/a/2', 'val'],
    ]);
    // Here train is a class, beside others.
    const three = await readFolderTree(await tree('train/1/a.png', 'tram/1/a.png'));
    expect(three.samples.map(({ label, split }) => [label, split])).toEqual([
      ['train', undefined],
      ['tram', undefined],
    ]);
  });

  it('passes over names that begin with a dot, and counts other files and folders without a picture', async () => {
    const { samples, leftOut, empty } = await readFolderTree(
      await tree(
        'car/1/a.png',
        'car/1/notes.txt',
        'car/1/._a.png',
        '.x/y/1/a.png',
        'bus/1/a.webp',
        'bus/2/a.WEBP',
        'car/README',
        'manifest.csv',
      ),
    );
    expect(samples).toHaveLength(1);
    expect(leftOut).toEqual({ '.txt': 1, '.webp': 2, '': 1 });
    expect(empty).toEqual(['bus']);
  });

  it('takes a class composed and decomposed as one, and keeps the paths as they are', async () => {
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
    const { samples } = await readFolderTree(await tree(`${composed}/1-c0.png`, `${decomposed}/2-c0.png`));
    expect(new Set(samples.map(({ label }) => label))).toEqual(new Set([composed]));
    expect(samples.map(({ views }) => views[0]).sort()).toEqual(
      [`${composed}/1-c0.png`, `${decomposed}/2-c0.png`].sort(),
    );
  });

  it('follows links to pictures and to folders', async () => {
    const folder = await tree('car/1-c0.png');
    await mkdir(path.join(folder, 'bus'));
    await symlink('../car/1-c0.png', path.join(folder, 'bus/2-c0.png'));
    await symlink('car', path.join(folder, 'tram'));
    const { samples } = await readFolderTree(folder);
    expect(samples.map(({ sample }) => sample)).toEqual(['bus/2', 'car/1', 'tram/1']);
  });

  it.each([
    ['..', 'leads back to a folder above it'],
    ['nowhere', 'cannot be read'],
    ['round', 'cannot be read'],
  ])('refuses a link to %s by its name', async (target, says) => {
    const folder = await tree('car/1-c0.png');
    await symlink(target, path.join(folder, 'car/round'));
    const message = expect.stringMatching(`car/round.*${says}`);
    await expect(readFolderTree(folder)).rejects.toMatchObject({ message, userFault: true });
  });

  it.each([
    [['notes.txt'], 'no PNG or JPEG'],
    [['1.png'], '1.png is not CLASS/SAMPLE'],
    [['car/1.png'], 'car/1.png is not CLASS/SAMPLE'],
    [['a/b/c/d/e.png'], 'is not CLASS/SAMPLE'],
    [['car/1/a.png', 'car/2-c0.png'], 'laid out in another way'],
    [['car/1/a.png', 'car/1/a.jpg'], 'same camera'],
    [['car/1-c1.png', 'car/1-v01.png'], 'same camera'],
    [Array.from({ length: 33 }, (_, i) => `car/1/${i}.png`), '33 cameras'],
  ])('refuses %j', async (files, says) => {
    await expect(readFolderTree(await tree(...files))).rejects.toMatchObject({
      code: 'DDNN_RECORDING_FORMAT',
      userFault: true,
      message: expect.stringContaining(says),
    });
  });

  it('refuses a folder that is not there', async () => {
    await expect(readFolderTree(path.join(root, 'gone'))).rejects.toMatchObject({ code: 'DDNN_RECORDING_FILE' });
  });
});
