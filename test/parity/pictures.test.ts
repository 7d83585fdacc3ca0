import { execFileSync, type StdioOptions } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodeImage, type Image } from '@ddnn/images';
import { type Browser, chromium as launcher, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CorpusPicture } from '../../shared/images/test/corpus-picture.js';
import { jpegCorpus } from '../../shared/images/test/jpeg-corpus.js';
import { pngCorpus } from '../../shared/images/test/png-corpus.js';
import { requireBinary } from '../service.js';

const convert = requireBinary('convert', 'apt-get install imagemagick');
const cjpeg = requireBinary('cjpeg', 'apt-get install libjpeg-turbo-progs');
const chromium = requireBinary('chromium', 'apt-get install chromium');
const FULL = 65_535;
/** Largest difference of a sample of a JPEG: versions of libjpeg differ in how they make rows of half as many. */
const JPEG_DIFFERENCE = 2;

const folder = mkdtempSync(path.join(tmpdir(), 'ddnn-pictures-'));
afterAll(() => rmSync(folder, { recursive: true }));

const corpus = {
  PNG: pngCorpus(),
  JPEG: convert ? jpegCorpus({ convert, cjpeg }) : [],
};

/** Both formats' pictures that have pixels. */
function readable(pictures: readonly CorpusPicture[]): CorpusPicture[] {
  return pictures.filter((picture) => picture.expect === 'pixels');
}

function largestDifference(some: Uint8Array, others: Uint8Array): number {
  expect(some.length).toBe(others.length);
  return some.reduce((largest, value, i) => Math.max(largest, Math.abs(value - others[i])), 0);
}

/** ImageMagick's pixels of pictures as large as ours: 16-bit RGBA composited on black and rounded, as ours are. */
function magickPixels(pictures: readonly { bytes: Uint8Array; ours: Image }[]): Uint8Array[] {
  const files = pictures.map(({ bytes }, i) => {
    const file = path.join(folder, `${i}`);
    writeFileSync(file, bytes);
    return file;
  });
  const stdio: StdioOptions = ['ignore', 'pipe', 'ignore'];
  const options = ['-auto-orient', '-depth', '16', '-endian', 'LSB', 'rgba:-'];
  const out = execFileSync(convert!, [...files, ...options], { stdio, maxBuffer: 2 ** 26 });
  const samples = new Uint16Array(out.buffer.slice(out.byteOffset, out.byteOffset + out.length));
  let start = 0;
  return pictures.map(({ ours }) => {
    const from = start;
    start += ours.width * ours.height * 4;
    return ours.data.map((_, i) => {
      const at = from + Math.floor(i / 3) * 4;
      const value = samples[at + (i % 3)] * samples[at + 3];
      return Math.floor((2 * 255 * value + FULL * FULL) / (2 * FULL * FULL));
    });
  });
}

describe('pictures that are none are refused by name and reason', () => {
  const refused = [...corpus.PNG, ...corpus.JPEG].filter((picture) => picture.expect !== 'pixels');

  it.each(refused)('$name: $expect', ({ bytes, expect: reason }) => {
    const code = reason.startsWith('is not supported')
      ? 'DDNN_IMAGE_UNSUPPORTED'
      : reason.startsWith('is too large')
        ? 'DDNN_IMAGE_SIZE'
        : 'DDNN_IMAGE_BROKEN';
    expect(() => decodeImage(bytes, 'a/b.picture')).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(`^a/b.picture: (PNG|JPEG) .*${reason}`) }),
    );
  });
});

describe.each(Object.entries(corpus))('%s', (format, pictures) => {
  it('is not changed by what stands around its pixels', () => {
    const same = pictures.filter(({ sameAs }) => sameAs);
    for (const { name, bytes, sameAs } of same) {
      expect(decodeImage(bytes, name), name).toEqual(decodeImage(sameAs!, name));
    }
    expect(same.length).toBeGreaterThan(format === 'PNG' || convert ? 10 : -1);
  });

  it.skipIf(!convert)('is what ImageMagick reads', () => {
    // Version 6 of it does not know the EXIF chunk of PNG.
    const asked = readable(pictures).filter(({ upright }) => !(upright && format === 'PNG'));
    const decoded = asked.map(({ name, bytes, sameAs }) => ({
      bytes: sameAs ?? bytes,
      ours: decodeImage(bytes, name),
    }));
    const theirs = magickPixels(decoded);
    for (const [i, { name }] of asked.entries()) {
      const difference = largestDifference(decoded[i].ours.data, theirs[i]);
      expect(difference, name).toBeLessThanOrEqual(format === 'PNG' ? 0 : JPEG_DIFFERENCE);
    }
    expect(asked.length).toBeGreaterThan(50);
  });
});

/** What is used of a page; the types of Node lack it. */
interface CanvasOfBrowser {
  createImageBitmap(file: Blob, options: { colorSpaceConversion: 'none' }): Promise<{ width: number; height: number }>;
  readonly OffscreenCanvas: new (
    width: number,
    height: number,
  ) => {
    getContext(
      kind: '2d',
      options: { alpha: false },
    ): {
      drawImage(bitmap: object, x: number, y: number): void;
      getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
    };
  };
}

describe.skipIf(!chromium)('as Chromium reads it', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await launcher.launch({ executablePath: chromium!, args: ['--no-sandbox', '--disable-gpu'] });
    page = await browser.newPage();
  });
  afterAll(() => browser?.close());

  /** The picture on a black canvas, colour profiles left alone. */
  async function chromiumPixels(bytes: Uint8Array): Promise<Image> {
    const text = await page.evaluate(async (base64) => {
      const { createImageBitmap, OffscreenCanvas } = globalThis as unknown as CanvasOfBrowser;
      const file = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([file]), { colorSpaceConversion: 'none' });
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext('2d', { alpha: false });
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      return JSON.stringify({ width: bitmap.width, height: bitmap.height, data: [...data] });
    }, Buffer.from(bytes).toString('base64'));
    const { width, height, data } = JSON.parse(text) as { width: number; height: number; data: number[] };
    return { width, height, data: Uint8Array.from(data.filter((_, i) => i % 4 !== 3)) };
  }

  it.each([
    // It rounds 16 bits to 8 before alpha, and its canvas rounds alpha once more.
    ['PNG', 2],
    ['JPEG', JPEG_DIFFERENCE],
  ] as const)('%s: all pictures of the corpus to a difference of %i', async (format, allowed) => {
    for (const { name, bytes, sameAs } of readable(corpus[format])) {
      const ours = decodeImage(bytes, name);
      const theirs = await chromiumPixels(sameAs ?? bytes);
      expect([theirs.width, theirs.height], name).toEqual([ours.width, ours.height]);
      expect(largestDifference(ours.data, theirs.data), name).toBeLessThanOrEqual(allowed);
    }
  });
});
