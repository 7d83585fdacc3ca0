import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { agentConfig, folder, png } from '../../test/rig.js';
import { createCamera } from './create-camera.js';

const size = { width: 8, height: 8, channels: 3 as const };
const camera = (settings: Record<string, unknown>, of: { width: number; height: number; channels: 1 | 3 } = size) => {
  const flags = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`camera.${name}`, value]));
  return createCamera(agentConfig(flags), of);
};
const solid = (value: number) => new Uint8Array(192).fill(value);

const pictures = join(folder, 'pictures');
mkdirSync(pictures);
for (const [name, value] of [
  ['b.png', 20],
  ['a.png', 10],
  ['c.PNG', 30],
] as const)
  writeFileSync(join(pictures, name), png(value));
writeFileSync(join(pictures, 'notes.txt'), 'no picture');
writeFileSync(join(folder, 'broken.png'), png(1).subarray(0, 40));
const manifest = join(folder, 'm.csv');
writeFileSync(
  manifest,
  [
    'sample,label,split,view0,view1',
    '1,car,train,pictures/a.png,',
    '2,bus,test,pictures/b.png,pictures/c.PNG',
    '3,bus,test,broken.png,gone.png',
    '',
  ].join('\n'),
);

describe('folder camera', () => {
  it('plays the pictures in the order of their names, over and over', async () => {
    const made = camera({ kind: 'folder', folder: pictures });
    await made.start();
    for (const [slot, value] of [
      [0, 10],
      [1, 20],
      [2, 30],
      [3, 10],
      [300_001, 20],
    ])
      expect(await made.capture(slot)).toEqual(solid(value));
    await made.stop();
  });

  it('plays img2 before img10, and passes over names that begin with a dot and folders', async () => {
    const numbered = join(folder, 'numbered');
    mkdirSync(join(numbered, 'img3.png'), { recursive: true });
    for (const value of [10, 2, 1]) {
      writeFileSync(join(numbered, `img${value}.png`), png(value));
      writeFileSync(join(numbered, `._img${value}.png`), 'Mac OS X');
    }
    const made = camera({ kind: 'folder', folder: numbered });
    await made.start();
    for (const [slot, value] of [1, 2, 10, 1].entries()) expect(await made.capture(slot)).toEqual(solid(value));
  });

  it.each(['nowhere', 'empty'])('says which folder it is that is %s', async (name) => {
    mkdirSync(join(folder, 'empty'), { recursive: true });
    await expect(camera({ kind: 'folder', folder: join(folder, name) }).start()).rejects.toMatchObject({
      code: 'DDNN_CAMERA_EMPTY',
      userFault: true,
      message: expect.stringContaining(join(folder, name)),
    });
  });
});

describe('recorded camera', () => {
  it('plays its view of the manifest: a picture, or null where the view is absent', async () => {
    const own = camera({ kind: 'recorded', manifest });
    await own.start();
    expect(await own.capture(0)).toEqual(solid(10));
    expect(await own.capture(4)).toEqual(solid(20));
    const other = camera({ kind: 'recorded', manifest, view: 1, split: 'test' });
    await other.start();
    expect(await other.capture(0)).toEqual(solid(30));
    const train = camera({ kind: 'recorded', manifest, view: 1, split: 'train' });
    await train.start();
    expect(await train.capture(0)).toBeNull();
  });

  it('plays one of the six parts of an MNIST picture', async () => {
    const mnist = join(folder, 'mnist');
    mkdirSync(mnist);
    // Row y of the one picture is all y.
    const pixels = Array.from({ length: 28 * 28 }, (_, i) => Math.floor(i / 28));
    const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28, ...pixels);
    writeFileSync(join(mnist, 't10k-images-idx3-ubyte'), images);
    writeFileSync(join(mnist, 't10k-labels-idx1-ubyte'), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7));
    const part = { width: 9, height: 14, channels: 1 } as const;
    const made = camera({ kind: 'recorded', manifest: `mnist6:${mnist}`, view: 3, split: 'test' }, part);
    await made.start();
    expect(Array.from(new Set(await made.capture(5)))).toEqual(Array.from({ length: 14 }, (_, y) => 14 + y));
    await made.stop();
  });

  it('rejects at a broken or missing picture, and goes on with the next', async () => {
    const made = camera({ kind: 'recorded', manifest });
    await made.start();
    await expect(made.capture(2)).rejects.toThrow('broken.png');
    expect(await made.capture(3)).toEqual(solid(10));
    const other = camera({ kind: 'recorded', manifest, view: 1 });
    await other.start();
    await expect(other.capture(2)).rejects.toThrow('gone.png');
  });

  it('names a view or split that the manifest has not, and a manifest that is not there', async () => {
    await expect(camera({ kind: 'recorded', manifest, view: 2 }).start()).rejects.toMatchObject({
      code: 'DDNN_CAMERA_VIEW',
      message: expect.stringContaining('views 0 to 1'),
    });
    await expect(camera({ kind: 'recorded', manifest, split: 'none' }).start()).rejects.toMatchObject({
      userFault: true,
    });
    await expect(camera({ kind: 'recorded', manifest: join(folder, 'no.csv') }).start()).rejects.toMatchObject({
      userFault: true,
    });
  });
});

describe('simulated camera', () => {
  it('sees the same scene for the same seed, and another for another', async () => {
    const of = { width: 32, height: 32, channels: 3 as const };
    const shots = async (seed: number) => {
      const made = camera({ kind: 'simulated', seed }, of);
      await made.start();
      return Promise.all([0, 1, 2, 3, 4, 5].map((slot) => made.capture(slot)));
    };
    const first = await shots(1);
    expect(first).toEqual(await shots(1));
    expect(first).not.toEqual(await shots(2));
    expect(first.find((shot) => shot !== null)).toHaveLength(32 * 32 * 3);
  });

  it('draws only square colour pictures, and says so', () => {
    for (const of of [
      { width: 32, height: 24, channels: 3 as const },
      { width: 32, height: 32, channels: 1 as const },
    ])
      expect(() => camera({ kind: 'simulated' }, of)).toThrow(expect.objectContaining({ code: 'DDNN_CAMERA_SIZE' }));
  });
});
