import { readFile, stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ddnn, ddnnJson } from '../ddnn.js';
import { requireBinary } from '../service.js';
import { makeSmallSite, type Result, type SmallSite } from '../small-site.js';

const executable = requireBinary('chromium', 'apt-get install chromium');
const ARCHITECTURE = `name: small
input: { height: 16, width: 16, channels: 3 }
device: { section: [{ convp: { filters: 2 } }] }
local: { aggregator: max }
cloud: { aggregator: concat, section: [{ fc: { units: 8 } }] }
`;
const sections = ['summary', 'bytes', 'missing', 'cameras', 'exits', 'uncertainty', 'samples', 'trained', 'about'];

/** What the page looks like to the browser. */
interface Seen {
  readonly scrollWidth: number;
  /** Each picture is there. */
  readonly images: readonly boolean[];
  /** Widths of the charts. */
  readonly plots: readonly number[];
  readonly dark: boolean;
}

let site: SmallSite;
let rows: readonly string[];
beforeAll(async () => {
  site = await makeSmallSite({ architecture: ARCHITECTURE, samples: 80, epochs: 2, views: '0,3' });
  rows = [...site.flags, '--split', 'test'];
});
afterAll(() => site?.remove());

describe('ddnn report', () => {
  it('writes the figures that eval prints, and trains what it compares', async () => {
    const out = site.at('report.html');
    const training = ['--retrain', '--train-split', 'train', '--epochs', '1', '--backend', 'wasm'];
    const said = await ddnnJson<{ bundles: Result[]; bytes: number; trained: Record<string, object[]> }>([
      'report',
      ...rows,
      '--out',
      out,
      ...training,
    ]);
    const evaluated = await ddnnJson<Result>(['eval', ...rows, '--per-exit', '--missing']);
    expect(said.bundles).toHaveLength(1);
    expect(said.bundles[0]).toMatchObject(evaluated);
    const { aggregators, filters, cameras, oneGone } = said.trained;
    expect([aggregators, filters, cameras, oneGone].map(({ length }) => length)).toEqual([9, 5, 1, 2]);
    expect((await stat(out)).size).toBe(said.bytes);
    expect(await readFile(out, 'utf8')).toContain(`${(evaluated.accuracy * 100).toFixed(1)}\u00a0%`);
  });

  it.each([
    [['--retrain'], '--train-split'],
    [['--retrain', '--train-split', 'test'], '--split'],
  ])('refuses %j and says what to add', async (flags, words) => {
    const { code, stderr } = await ddnn(['report', ...rows, '--out', site.at('no.html'), ...flags]);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });
});

describe.skipIf(!executable)('The page in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executable!, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(() => browser?.close());

  /** Opens the page; what it asks for and complains of is collected. */
  async function open(width: number, colorScheme: 'light' | 'dark'): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    const complaints: string[] = [];
    const address = pathToFileURL(site.at('report.html')).href;
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (request.url() !== address && !request.url().startsWith('data:')) complaints.push(request.url());
    });
    await page.goto(address);
    return { page, complaints };
  }

  it.each([
    [1200, 'light'],
    [1200, 'dark'],
    [400, 'light'],
    [320, 'dark'],
  ] as const)('is whole at %i pixels, %s', async (width, scheme) => {
    const { page, complaints } = await open(width, scheme);
    const found = await page.locator('section').evaluateAll((all) => all.map(({ id }) => id));
    expect(found).toEqual(sections);
    const { scrollWidth, images, plots, dark } = await page.evaluate<Seen>(`({
      scrollWidth: document.documentElement.scrollWidth,
      images: [...document.images].map(({ complete, naturalWidth }) => complete && naturalWidth > 0),
      plots: [...document.querySelectorAll('figure > svg')].map((plot) => plot.getBoundingClientRect().width),
      dark: getComputedStyle(document.body).backgroundColor !== 'rgb(255, 255, 255)',
    })`);
    expect(scrollWidth).toBeLessThanOrEqual(width);
    expect(images.length).toBeGreaterThan(10);
    expect(images.every(Boolean)).toBe(true);
    expect(plots.length).toBeGreaterThanOrEqual(8);
    expect(Math.max(...plots)).toBeLessThanOrEqual(width);
    expect(dark).toBe(scheme === 'dark');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('keeps every text of a chart inside it', async () => {
    const { page } = await open(1200, 'light');
    const outside = await page.locator('figure > svg').evaluateAll((plots) =>
      plots.flatMap((plot) => {
        const frame = plot.getBoundingClientRect();
        return [...plot.querySelectorAll('text')]
          .filter((text) => {
            const box = text.getBoundingClientRect();
            return box.left < frame.left - 1 || box.right > frame.right + 8 || box.bottom > frame.bottom + 1;
          })
          .map((text) => text.textContent);
      }),
    );
    expect(outside).toEqual([]);
    await page.close();
  });
});
