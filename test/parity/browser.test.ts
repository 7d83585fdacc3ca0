import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadManifest, loadView, viewFile } from '@ddnn/images';
import { openBundle, publicKey, type ResolvedArchitecture, signedMessage, withSignature } from '@ddnn/model';
import { randomBundle } from '@ddnn/model/testing';
import { FrameKind } from '@ddnn/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATA, ROOT } from '../ddnn.js';
import { requireBinary } from '../service.js';
import { BATCH } from './agent-answers.js';
import { type Answer, answers, type Files, type Question } from './answers.js';
import { BrowserPage } from './browser-page.js';
import { browserScript } from './browser-script.js';
import { exitAnswers } from './exit-answers.js';
import type { FrameVector } from './frame-answers.js';
import { encodeRecording, type RecordedSample } from './recording.js';

const chromium = requireBinary('chromium', 'apt-get install chromium');
if (!DATA) console.warn('skipped: the real images are not here; DDNN_DATA names their folder');

const input = { height: 32, width: 32, channels: 3 } as const;
const views = 6;
const convp = (filters: number) => ({ convp: { filters } });

/** The paper's network: four filters a device, local exit, all else in the cloud. */
const paper: ResolvedArchitecture = {
  name: 'paper',
  input,
  views,
  classes: ['car', 'bus', 'person'],
  device: { section: [convp(4)] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [convp(16), convp(16)] },
};
/** On the set with absent views: learned stand-ins at both exits. */
const withStandIns: ResolvedArchitecture = {
  ...paper,
  name: 'with stand-ins',
  local: { aggregator: 'concat', missing: 'learned' },
  cloud: { ...paper.cloud, missing: 'learned' },
};
/** Scores of four bits and coded features. */
const coded: ResolvedArchitecture = {
  ...paper,
  name: 'coded',
  classes: ['apple', 'car', 'cow', 'cup', 'dog', 'horse', 'pear', 'tomato'],
  device: { section: [convp(4)], coding: 'arithmetic' },
  local: { aggregator: 'average', scoreBits: 4 },
};
/**
 * The same device section under a float edge, with the other aggregators, block and measures of uncertainty, and a
 * float cloud.
 */
const withEdge: ResolvedArchitecture = {
  ...paper,
  name: 'with an edge',
  classes: ['apple', 'car', 'cow', 'cup', 'dog', 'horse', 'pear', 'tomato'],
  local: { aggregator: 'concat', confidence: 'margin' },
  edge: { aggregator: 'average', arithmetic: 'float', confidence: 'gate', section: [convp(16)] },
  cloud: { aggregator: 'max', arithmetic: 'float', section: [{ fc: { units: 64 } }] },
};

/** Both real sets: all their samples, and how many images that must be. */
const sets = [
  { name: 'epfl6', manifest: 'epfl6/manifest.csv', samples: 1056, images: 3693, architecture: withStandIns },
  { name: 'epfl6, coded', manifest: 'epfl6/manifest.csv', samples: 1056, images: 3693, architecture: coded },
  { name: 'eth80', manifest: 'eth80/ring6.csv', samples: 1024, images: 6144, architecture: withEdge },
] as const;

/** The examples of docs/protocol.md: blocks that open with "# name"; the hex stands left of the first two spaces. */
function frameVectors(): FrameVector[] {
  const page = readFileSync(path.join(ROOT, 'docs/protocol.md'), 'utf8');
  return Array.from(page.matchAll(/^```text\n# (.+)\n([^`]*)^```/gm), ([, name, lines]) => {
    const hex = lines.split('\n').map((line) => line.split('  ')[0]);
    return { name, hex: hex.join('').replaceAll(' ', '') };
  });
}

/** Every image of a manifest, decoded here: browsers decode JPEG each in their own way. */
async function record(file: string): Promise<Uint8Array> {
  const manifest = await loadManifest(file);
  const samples: RecordedSample[] = [];
  for (const row of manifest.rows) {
    const files = Array.from({ length: views }, (_, view) => viewFile(manifest, row, view));
    const pixels = await Promise.all(files.map((file) => (file === null ? null : loadView(file, input))));
    samples.push({ views: pixels, mask: pixels.reduce((mask, view, i) => mask | (view ? 1 << i : 0), 0) });
  }
  return encodeRecording(samples);
}

describe('the script for the browser', () => {
  const folder = import.meta.dirname;

  it('is not built where something imports a module of Node', async () => {
    const text = "import { readFileSync } from 'node:fs'; console.log(readFileSync);";
    await expect(browserScript({ text, folder })).rejects.toThrow('node:fs');
    await expect(browserScript({ text: "export * from '@ddnn/process';", folder: ROOT })).rejects.toThrow('node:');
  });

  it.each(['Buffer.from([1])', 'process.env.HOME'])('is not built where something uses %s', async (use) => {
    const text = `console.log(${use});`;
    await expect(browserScript({ text, folder })).rejects.toThrow(`uses ${use.split('.')[0]}`);
  });
});

describe.skipIf(!chromium)('Chromium', () => {
  let page: BrowserPage;

  beforeAll(async () => {
    const script = await browserScript({ file: path.join(import.meta.dirname, 'browser-entry.ts') });
    page = new BrowserPage(chromium!, script);
    await page.start();
  });
  afterAll(() => page?.stop());

  /** Asks Node and the browser the same; gives the answer that both agree on. */
  async function agreed<Q extends Question>(question: Q, ...files: Files<Q>): Promise<Answer<Q>> {
    const work = answers[question] as (...files: Files<Q>) => Answer<Q> | Promise<Answer<Q>>;
    const here: Answer<Q> = JSON.parse(JSON.stringify(await work(...files)));
    const there = await page.answer(question, ...files);
    expect(there).toEqual(here);
    return there;
  }

  describe.skipIf(!DATA).each(sets)('on all images of $name', ({ manifest, architecture, ...expected }) => {
    const bundle = randomBundle(architecture, 1);
    let recording: Uint8Array;

    beforeAll(async () => {
      recording = await record(path.join(DATA!, manifest));
    });

    it('sends the same summary and features frames', async () => {
      const { images, frameBytes, maps, samples } = await agreed('agents', bundle, recording);
      expect(images).toBe(expected.images);
      expect(samples).toHaveLength(expected.samples + 1);
      // Header and slot of a features frame take 4 bytes; a summary frame has 3, and one for each of its samples. Where
      // the view is present, scores and 16x16x4 bits.
      const summaries = Math.ceil(expected.samples / BATCH) * 3 + expected.samples;
      const bare = (expected.samples * 4 + summaries) * views + images * (architecture.classes.length + 128);
      if (architecture === coded) expect(frameBytes).not.toBe(bare);
      else expect(frameBytes).toBe(bare);
      // The pictures differ, and so must what is made of them, or the hashes would stand for nothing.
      expect(maps).toBeGreaterThan(images / 2);
    });

    it('decides at every exit with the same class, scores and bits of the uncertainty', async () => {
      const { kernels, samples } = await agreed('exits', bundle, recording);
      expect(kernels).toBe('simd');
      expect(samples).toHaveLength(300);
      for (const exit of ['local', ...(architecture === withEdge ? ['edge'] : []), 'cloud'] as const) {
        const said = samples.flatMap((sample) => sample[exit as 'local'] ?? []);
        expect(said.length, exit).toBeGreaterThan(290);
        expect(new Set(said.map(({ classIndex }) => classIndex)).size, exit).toBeGreaterThan(1);
        expect(new Set(said.map(({ uncertainty }) => uncertainty)).size, exit).toBeGreaterThan(50);
      }
    });

    it('answers by WebAssembly kernels what plain TypeScript does here', async () => {
      const there = await page.answer('exits', bundle, recording);
      const { kernels, samples } = exitAnswers(bundle, recording, 'plain', 50);
      expect([there.kernels, kernels]).toEqual(['simd', 'plain']);
      expect(there.samples.slice(0, 50)).toEqual(samples);
    });
  });

  it('reads and writes every frame of docs/protocol.md alike, and refuses it cut short alike', async () => {
    const vectors = frameVectors();
    const frames = await agreed('frames', new TextEncoder().encode(JSON.stringify(vectors)));
    expect(frames.map(({ name, hex }) => ({ name, hex }))).toEqual(vectors);
    expect(new Set(frames.map(({ kind }) => kind))).toEqual(new Set(Object.keys(FrameKind)));
    expect(
      frames.flatMap(({ cuts }) => cuts).filter((cut) => cut.includes('DDNN_FRAME_TRUNCATED')).length,
    ).toBeGreaterThan(300);
  });

  it.each(sets)('opens the bundle $architecture.name and refuses it damaged', async ({ architecture }) => {
    const file = randomBundle(architecture, 1);
    const { id, tensors, damaged, cut } = await agreed('bundle', file);
    expect(id).toBe(createHash('sha256').update(file.subarray(0, -32)).digest('hex'));
    expect(tensors.length).toBeGreaterThan(20);
    for (const refusal of [...damaged, ...cut]) {
      expect(refusal).toMatchObject({ code: expect.stringMatching(/^DDNN_BUNDLE_/) });
    }
  });

  it('knows who signed a bundle, and refuses a changed signature alike', async () => {
    const file = randomBundle(paper, 1);
    const keys = generateKeyPairSync('ed25519');
    const raw = new Uint8Array(keys.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32));
    const bytes = new Uint8Array(sign(null, signedMessage(openBundle(file).hash), keys.privateKey));
    const signed = withSignature(file, { key: publicKey(raw), bytes });
    const [fits, ...changed] = await agreed('signature', signed, raw);
    expect(fits).toBe(true);
    expect(changed).toHaveLength(8 + 32 + 64);
    for (const refusal of changed) {
      expect(refusal).toMatchObject({ code: expect.stringMatching(/^DDNN_BUNDLE_(DAMAGED|SIGNER|SIGNATURE)$/) });
    }
  });

  it('draws the same street', async () => {
    const samples = await agreed('street');
    const drawn = samples.flatMap(({ views }) => views.filter((view) => view !== null));
    expect(samples).toHaveLength(20);
    expect(drawn.length).toBeGreaterThan(40);
    expect(new Set(drawn).size).toBe(drawn.length);
  });
});
