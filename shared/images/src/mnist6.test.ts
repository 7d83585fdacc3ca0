import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRecording } from './open-recording.js';

const size = { width: 9, height: 14, channels: 1 } as const;
let folder: string;

function idx(shape: number[], data: ArrayLike<number>): Uint8Array {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.writeUInt32BE(0x800 + shape.length);
  for (const [i, length] of shape.entries()) head.writeUInt32BE(length, 4 + 4 * i);
  return Buffer.concat([head, Uint8Array.from(data)]);
}

/** Every pixel of a picture says where it is: column in picture 0, row in picture 1. */
const pictures = Array.from({ length: 2 * 784 }, (_, i) => (i < 784 ? i % 28 : Math.floor((i - 784) / 28)));

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ddnn-mnist-'));
  await writeFile(path.join(folder, 'train-images-idx3-ubyte.gz'), gzipSync(idx([2, 28, 28], pictures)));
  await writeFile(path.join(folder, 'train-labels-idx1-ubyte.gz'), gzipSync(idx([2], [7, 0])));
  await writeFile(path.join(folder, 't10k-images-idx3-ubyte'), idx([1, 28, 28], pictures.slice(0, 784)));
  await writeFile(path.join(folder, 't10k-labels-idx1-ubyte'), idx([1], [3]));
});
afterAll(() => rm(folder, { recursive: true }));

const open = (split?: string, more = {}) => openRecording(`mnist6:${folder}`, { split, ...more });

describe('MNIST over six devices', () => {
  it('gives device d the column third d div 2 and the row half d mod 2', async () => {
    const recording = await open('train');
    expect(recording).toMatchObject({ views: 6, size, classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] });
    expect(recording.rows).toEqual([
      { sample: 'train-0', label: '7', split: 'train' },
      { sample: 'train-1', label: '0', split: 'train' },
    ]);
    for (let view = 0; view < 6; view++) {
      const columns = (await recording.read(0, view, size))!.pixels;
      const rows = (await recording.read(1, view, size))!.pixels;
      expect(columns).toHaveLength(14 * 9);
      const left = 9 * Math.floor(view / 2);
      const top = 14 * (view % 2);
      expect([columns[0], columns.at(-1)]).toEqual([left, left + 8]);
      expect([rows[0], rows.at(-1)]).toEqual([top, top + 13]);
    }
    const picture = await recording.picture(0, 2);
    expect(picture).toMatchObject({ width: 9, height: 14 });
    expect(Array.from(picture!.data.subarray(3, 6))).toEqual([10, 10, 10]);
  });

  it('takes plain files, and both splits where every one is asked for', async () => {
    expect((await open('test')).rows).toEqual([{ sample: 'test-0', label: '3', split: 'test' }]);
    expect((await open(undefined, { everySplit: true })).rows.map(({ sample }) => sample)).toEqual([
      'train-0',
      'train-1',
      'test-0',
    ]);
  });

  it('asks for a split, and for the size of its parts', async () => {
    await expect(open()).rejects.toMatchObject({
      code: 'DDNN_RECORDING_SPLIT',
      message: expect.stringContaining('--split train'),
    });
    await expect(open('val')).rejects.toMatchObject({ code: 'DDNN_RECORDING_SPLIT' });
    await expect(open('test', { splitColumn: 'split' })).rejects.toMatchObject({ code: 'DDNN_RECORDING_SPLIT' });
    const recording = await open('test');
    await expect(recording.read(0, 0, { width: 14, height: 9, channels: 1 })).rejects.toMatchObject({
      code: 'DDNN_RECORDING_SIZE',
      message: expect.stringContaining('height: 14, width: 9, channels: 1'),
    });
  });

  it('refuses classes that lack a digit, and files that are gone or damaged', async () => {
    await expect(open('test', { classes: ['3', '7'] })).rejects.toMatchObject({ code: 'DDNN_RECORDING_LABEL' });
    await expect(openRecording('mnist6:/nowhere', { split: 'test' })).rejects.toMatchObject({
      code: 'DDNN_RECORDING_FILE',
      userFault: true,
    });
    const other = await mkdtemp(path.join(folder, 'bad-'));
    const write = (name: string, bytes: Uint8Array) => writeFile(path.join(other, name), bytes);
    await write('t10k-labels-idx1-ubyte', idx([1], [3]));
    for (const bytes of [idx([1, 28, 28], [1]), idx([1, 2, 2], [1, 2, 3, 4]), idx([4], [1, 2, 3, 4])]) {
      await write('t10k-images-idx3-ubyte', bytes);
      await expect(openRecording(`mnist6:${other}`, { split: 'test' })).rejects.toMatchObject({
        code: 'DDNN_RECORDING_FORMAT',
      });
    }
  });
});

const data = process.env.DDNN_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const missing = existsSync(data) ? '' : ` (skipped: no data in ${data}; set DDNN_DATA)`;

describe.skipIf(missing)(`the real MNIST${missing}`, () => {
  it('has 60,000 and 10,000 samples whose parts cover columns 0 to 26', async () => {
    const recording = await openRecording(`mnist6:${path.join(data, 'mnist')}`, { everySplit: true });
    const count = (split: string) => recording.rows.filter((row) => row.split === split).length;
    expect([count('train'), count('test')]).toEqual([60_000, 10_000]);
    // The first of both files, as everyone knows them.
    expect([recording.rows[0]!.label, recording.rows[60_000]!.label]).toEqual(['5', '7']);
    let ink = 0;
    for (let view = 0; view < 6; view++) {
      for (const pixel of (await recording.read(0, view, size))!.pixels) ink += pixel;
    }
    expect(ink).toBe(27_525);
  });
});
