import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aroundJpeg } from '../test/jpeg-corpus.js';
import { pngCorpus } from '../test/png-corpus.js';
import { encodePng } from './encode.js';
import { encodeJpeg } from './encode-jpeg.js';
import { loadImage, loadView, MAX_FILE_BYTES } from './load.js';
import { loadManifest, viewFile } from './manifest.js';
import { manifestText } from './manifest-text.js';
import { openRecording } from './open-recording.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'ddnn-view-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('loadView', () => {
  it('cuts the middle, resizes and chooses channels', async () => {
    // 4 x 2: a column of red at each side, the 2 x 2 middle is 10, 20, 30, 40.
    const row = (a: number, b: number) => [255, 0, 0, a, a, a, b, b, b, 255, 0, 0];
    const file = path.join(folder, 'a.png');
    writeFileSync(file, encodePng({ width: 4, height: 2, data: Uint8Array.from([...row(10, 20), ...row(30, 40)]) }));
    expect(Array.from(await loadView(file, { width: 1, height: 1, channels: 3 }))).toEqual([25, 25, 25]);
    expect(Array.from(await loadView(file, { width: 2, height: 2, channels: 1 }))).toEqual([10, 20, 30, 40]);
  });

  it('gives a trainer what it gives an agent, of every file of the corpus', async () => {
    const files = [
      ...pngCorpus(),
      ...aroundJpeg(Buffer.from(encodeJpeg({ width: 5, height: 4, data: new Uint8Array(60).map((_, i) => i * 4) }))),
    ];
    const pictures = files.filter((file) => file.expect === 'pixels');
    for (const [i, { bytes }] of pictures.entries()) writeFileSync(path.join(folder, `${i}.picture`), bytes);
    const rows = pictures.map((_, i) => ({ sample: `${i}`, label: 'a', split: 'all', views: [`${i}.picture`] }));
    const manifest = path.join(folder, 'manifest.csv');
    writeFileSync(manifest, manifestText(manifest, rows));
    const recording = await openRecording(manifest);
    const size = { width: 4, height: 4, channels: 3 } as const;
    for (const [i, { name }] of pictures.entries()) {
      const agent = await loadView(path.join(folder, `${i}.picture`), size);
      expect((await recording.read(i, 0, size))?.pixels, name).toEqual(agent);
    }
  });

  it('refuses a file that is too large to read, by its size alone', async () => {
    const file = path.join(folder, 'large.png');
    writeFileSync(file, '');
    truncateSync(file, MAX_FILE_BYTES + 1);
    await expect(loadImage(file)).rejects.toMatchObject({
      code: 'DDNN_IMAGE_SIZE',
      message: `${file}: is too large: more than ${MAX_FILE_BYTES} bytes`,
    });
  });

  it.runIf(process.platform === 'linux')('refuses what has no end: it is no file', async () => {
    await expect(loadImage('/dev/zero')).rejects.toMatchObject({
      code: 'DDNN_IMAGE_FILE',
      message: '/dev/zero: cannot be read: it is no file',
    });
  });

  it('refuses a missing and a broken file by name', async () => {
    const size = { width: 1, height: 1, channels: 3 } as const;
    const gone = path.join(folder, 'gone.png');
    await expect(loadView(gone, size)).rejects.toMatchObject({
      code: 'DDNN_IMAGE_FILE',
      message: expect.stringContaining(gone),
    });
    const text = path.join(folder, 'text.png');
    writeFileSync(text, 'hello');
    await expect(loadView(text, size)).rejects.toMatchObject({
      code: 'DDNN_IMAGE_UNKNOWN_FORMAT',
      message: expect.stringContaining(text),
    });
  });
});

const data = process.env.DDNN_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const missing = existsSync(data) ? '' : ` (skipped: no data in ${data}; set DDNN_DATA)`;

describe.skipIf(missing)(`the real data sets${missing}`, () => {
  // As data/README.md counts them.
  it.each([
    ['epfl6/manifest.csv', 1056, ['car', 'bus', 'person']],
    ['eth80/ring6.csv', 1024, undefined],
    ['eth80/mixed6.csv', 256, undefined],
  ])('loads %s with every image', async (file, samples, classes) => {
    const manifest = await loadManifest(path.join(data, file));
    expect(manifest.views).toBe(6);
    expect(manifest.rows).toHaveLength(samples);
    if (classes) expect([...manifest.classes].sort()).toEqual([...classes].sort());
    else expect(manifest.classes).toHaveLength(8);
    const images = new Set<string>();
    let absent = 0;
    for (const row of manifest.rows) {
      for (let view = 0; view < 6; view++) {
        const image = viewFile(manifest, row, view);
        if (image === null) absent++;
        else images.add(image);
      }
    }
    for (const image of images)
      expect((await loadView(image, { width: 32, height: 32, channels: 3 })).length).toBe(3072);
    if (!classes) return expect(absent).toBe(0);
    const count = (label: string) => manifest.rows.filter((row) => row.label === label).length;
    expect(['car', 'person', 'bus'].map(count)).toEqual([755, 294, 7]);
    // 41.7 % of 6,336; data/README.md says 41 %.
    expect(absent).toBe(2643);
  });

  it.each([
    ['epfl6/images', 3693],
    ['eth80/images', 2624],
  ])('decodes every file of %s to 32 x 32', async (name, count) => {
    const files = readdirSync(path.join(data, name));
    expect(files).toHaveLength(count);
    for (const file of files) {
      const image = await loadImage(path.join(data, name, file));
      expect([image.width, image.height, image.data.length], file).toEqual([32, 32, 3072]);
    }
  });

  it('decodes the 48 originals of 256 x 256 and fits them to 32 x 32', async () => {
    const files = readdirSync(path.join(data, 'eth80/frames256')).map((file) =>
      path.join(data, 'eth80/frames256', file),
    );
    expect(files).toHaveLength(48);
    for (const file of files) {
      expect(await loadImage(file)).toMatchObject({ width: 256, height: 256 });
      expect((await loadView(file, { width: 32, height: 32, channels: 1 })).length).toBe(1024);
    }
  });
});
