import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRecording } from './open-recording.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ddnn-mvmc-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** As `numpy.save` writes it, version 1. */
function npy(descr: string, shape: number[], data: Float32Array | Int32Array | Uint8Array | BigInt64Array): Uint8Array {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = Buffer.from(`${text.padEnd(117)}\n`, 'latin1');
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  return Buffer.concat([start, header, new Uint8Array(data.buffer)]);
}

async function write(name: string, arrays: Record<string, Uint8Array>): Promise<string> {
  const file = path.join(folder, name);
  const zipped = Object.fromEntries(Object.entries(arrays).map(([key, bytes]) => [`${key}.npy`, bytes]));
  await writeFile(file, zipSync(zipped));
  return file;
}

/** Two views of 1 x 2 RGB pixels a sample: planes of red, green, blue. */
const PIXELS = [0, 0.5, 0, 1, 0.25, 0];
const BLACK = [0, 0, 0, 0, 0, 0];

function sample(labels: number[]): { x: number[]; y: number[] } {
  return { x: labels.flatMap((label) => (label === 3 ? BLACK : PIXELS)), y: labels };
}

async function writeSamples(name: string, labels: number[][]): Promise<string> {
  const samples = labels.map(sample);
  const x = npy('<f4', [labels.length, 2, 3, 1, 2], Float32Array.from(samples.flatMap(({ x }) => x)));
  const y = npy('<i4', [labels.length, 2], Int32Array.from(samples.flatMap(({ y }) => y)));
  return write(name, { X: x, y });
}

describe('the multi-view layout of the DDNN authors', () => {
  it('becomes RGB bytes whose largest value is 255, and absent views', async () => {
    const labels = [
      [0, 3],
      [2, 2],
      [3, 1],
      [2, 3],
      [4, 3],
    ];
    const recording = await openRecording(await writeSamples('good.npz', labels));
    expect(recording).toMatchObject({ views: 2, classes: ['car', 'bus', 'person', '4'] });
    expect(recording.size).toEqual({ width: 2, height: 1, channels: 3 });
    expect(recording.rows.map(({ label, split }) => [label, split])).toEqual([
      ['car', 'train'],
      ['person', 'train'],
      ['bus', 'train'],
      ['person', 'train'],
      ['4', 'test'],
    ]);
    const size = { width: 2, height: 1, channels: 3 } as const;
    expect(await recording.read(0, 1, size)).toBeNull();
    expect(Array.from((await recording.read(1, 0, size))!.pixels)).toEqual([0, 0, 64, 128, 255, 0]);
    expect((await recording.read(1, 0, { width: 1, height: 1, channels: 1 }))!.pixels).toHaveLength(1);
  });

  it('has the first 80 % of the rows as its training part', async () => {
    const file = await writeSamples(
      'parts.npz',
      Array.from({ length: 10 }, () => [0, 1].map(() => 0)),
    );
    expect((await openRecording(file, { split: 'train' })).rows).toHaveLength(8);
    const { rows } = await openRecording(file, { split: 'test', classes: ['bus', 'car'] });
    expect(rows.map((row) => row.sample)).toEqual(['8', '9']);
    await expect(openRecording(file, { split: 'val' })).rejects.toMatchObject({ code: 'DDNN_RECORDING_SPLIT' });
    await expect(openRecording(file, { splitColumn: 'part' })).rejects.toMatchObject({ code: 'DDNN_RECORDING_SPLIT' });
    await expect(openRecording(file, { classes: ['bus'] })).rejects.toMatchObject({ code: 'DDNN_RECORDING_LABEL' });
  });

  it('takes bytes as they are, one channel, and 64-bit labels', async () => {
    const file = await write('bytes.npz', {
      X: npy('|u1', [1, 1, 1, 1, 2], Uint8Array.of(7, 100)),
      y: npy('<i8', [1, 1], BigInt64Array.of(1n)),
    });
    const recording = await openRecording(file);
    expect(recording.size!.channels).toBe(1);
    expect(Array.from((await recording.picture(0, 0))!.data)).toEqual([7, 7, 7, 100, 100, 100]);
    expect(recording.classes).toEqual(['bus']);
  });

  it('names sample and view where views differ, and hands out bad rows where asked', async () => {
    const file = await writeSamples('bad.npz', [
      [0, 0],
      [0, 2],
      [3, 3],
    ]);
    await expect(openRecording(file)).rejects.toMatchObject({
      code: 'DDNN_RECORDING_LABEL',
      message: expect.stringContaining('sample 1: view 1 says person, view 0 car'),
    });
    const bad: string[] = [];
    const { rows } = await openRecording(file, { onBadRow: (error) => bad.push(error.message) });
    expect(rows.map((row) => row.sample)).toEqual(['0']);
    expect(bad.map((message) => message.slice(file.length))).toEqual([
      ': sample 1: view 1 says person, view 0 car',
      ': sample 2: every view is absent, so it has no class',
    ]);
  });

  it('refuses files that are gone, no NPZ, of other shapes or of brightness below 0', async () => {
    const x = (...values: number[]) => npy('<f4', [1, 1, 1, 1, 2], Float32Array.from(values));
    const y = npy('<i4', [1, 1], Int32Array.of(0));
    const refuse = async (arrays: Record<string, Uint8Array>, says: string) =>
      expect(openRecording(await write('odd.npz', arrays))).rejects.toMatchObject({
        code: 'DDNN_RECORDING_FORMAT',
        message: expect.stringContaining(says),
      });
    await refuse({ X: x(0, 1) }, 'no array y');
    await refuse({ X: x(0, 1), y: npy('<i4', [2], Int32Array.of(0, 0)) }, 'y is 2, X asks for 1 x 1');
    await refuse({ X: npy('<f4', [2], Float32Array.of(0, 1)), y }, 'X is 2');
    await refuse({ X: x(0, 1).subarray(0, 130), y }, 'bytes for 1 x 1 x 1 x 1 x 2');
    await refuse({ X: npy('<c8', [1], Float32Array.of(0, 1)), y }, 'type <c8');
    const text = path.join(folder, 'text.npz');
    await writeFile(text, 'this is no zip');
    await expect(openRecording(text)).rejects.toMatchObject({ code: 'DDNN_RECORDING_FORMAT', userFault: true });
    await expect(openRecording(path.join(folder, 'gone.npz'))).rejects.toMatchObject({ code: 'DDNN_RECORDING_FILE' });
    const negative = await openRecording(await write('negative.npz', { X: x(-1, 1), y }));
    await expect(negative.picture(0, 0)).rejects.toThrow('sample 0, view 0: -1 is no brightness');
  });
});

const data = process.env.DDNN_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const missing = existsSync(data) ? '' : ` (skipped: no data in ${data}; set DDNN_DATA)`;

describe.skipIf(missing)(`a real file of that layout${missing}`, () => {
  it('holds pictures, presence and labels of rows of the manifest', async () => {
    const size = { width: 32, height: 32, channels: 3 } as const;
    const npz = await openRecording(path.join(data, 'epfl6/mvmc-layout-60.npz'));
    const manifest = await openRecording(path.join(data, 'epfl6/manifest.csv'));
    const pixels = async (from: typeof npz, row: number) =>
      Promise.all(Array.from({ length: 6 }, async (_, view) => (await from.read(row, view, size))?.pixels ?? null));
    const candidates = await Promise.all(manifest.rows.map((_, row) => pixels(manifest, row)));
    expect(npz.rows).toHaveLength(59);
    for (const [row, { label }] of npz.rows.entries()) {
      const views = await pixels(npz, row);
      const distances = candidates.map((candidate) => distance(views, candidate));
      const nearest = distances.indexOf(Math.min(...distances));
      // The manifest's pictures are JPEG files of the same crops.
      expect(distances[nearest]).toBeLessThan(2);
      expect(manifest.rows[nearest]!.label).toBe(label);
    }
  });
});

/**
 * Mean difference, the second one's pictures scaled to a largest value of 255; infinite where other views are present.
 */
function distance(some: (Uint8Array | null)[], others: (Uint8Array | null)[]): number {
  if (some.some((view, i) => (view === null) !== (others[i] === null))) return Number.POSITIVE_INFINITY;
  let sum = 0;
  let count = 0;
  for (const [i, view] of some.entries()) {
    const other = others[i];
    if (!view || !other) continue;
    const scale = 255 / other.reduce((max, value) => Math.max(max, value), 1);
    for (let at = 0; at < view.length; at += 7) {
      sum += Math.abs(view[at]! - other[at]! * scale);
      count++;
    }
  }
  return sum / count;
}
