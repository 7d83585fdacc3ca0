import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ddnnJson } from '../ddnn.js';
import { makeSmallSite, type Result, type SmallSite, type VerdictLine } from '../small-site.js';

const INPUT = 'input: { height: 16, width: 16, channels: 3 }';
const CONCAT_CLOUD = 'cloud: { aggregator: concat, section: [{ convp: { filters: 5 } }] }';

/** The groups take turns and are unequal, so that a view is not its place among its edge's. */
const SEVERAL_EDGES = `{ name: f, ${INPUT}, device: { section: [{ convp: { filters: 3 } }] }, local: { aggregator: max }, edge: { aggregator: concat, section: [{ convp: { filters: 4 } }], groups: [[3, 0, 2], [1]] }, ${CONCAT_CLOUD} }`;

/** The paper's configurations, and the aggregators that its table pairs. */
const cases = [
  {
    what: '(a) cloud only, pixels sent up',
    views: '0,3',
    exits: ['cloud'],
    run: ['--allow-pixels'],
    architecture: `{ name: a, ${INPUT}, device: { section: [] }, ${CONCAT_CLOUD} }`,
  },
  {
    what: '(b) cloud and one device',
    views: '3',
    exits: ['local', 'cloud'],
    run: [],
    architecture: `{ name: b, ${INPUT}, device: { section: [{ convp: { filters: 3 } }] }, local: { aggregator: max }, ${CONCAT_CLOUD} }`,
  },
  {
    what: '(c) cloud and several devices',
    views: '0,3',
    exits: ['local', 'cloud'],
    run: [],
    architecture: `{ name: c, ${INPUT}, device: { section: [{ convp: { filters: 3 } }] }, local: { aggregator: max }, ${CONCAT_CLOUD} }`,
  },
  {
    what: '(c) with averages and one process for all',
    views: '0,2,4',
    exits: ['local', 'cloud'],
    run: ['--one-process'],
    architecture: `{ name: c, ${INPUT}, device: { section: [{ convp: { filters: 3 } }] }, local: { aggregator: average }, cloud: { aggregator: average, section: [{ fc: { units: 20 } }] } }`,
  },
  {
    what: '(d) cloud, edge and one device',
    views: '3',
    exits: ['local', 'edge', 'cloud'],
    run: [],
    architecture: `{ name: d, ${INPUT}, device: { section: [{ convp: { filters: 3 } }] }, local: { aggregator: max }, edge: { aggregator: concat, section: [{ convp: { filters: 4 } }] }, ${CONCAT_CLOUD} }`,
  },
  {
    what: '(e) cloud, edge and several devices',
    views: '0,3',
    exits: ['local', 'edge', 'cloud'],
    run: [],
    architecture: `{ name: e, ${INPUT}, device: { section: [{ convp: { filters: 3 } }] }, local: { aggregator: concat }, edge: { aggregator: max, section: [{ convp: { filters: 4 } }] }, cloud: { aggregator: concat, section: [{ convp: { filters: 5 } }] } }`,
  },
  {
    what: '(e) with a float edge, a float cloud and learned stand-ins',
    views: '0,3',
    exits: ['local', 'edge', 'cloud'],
    run: [],
    architecture: `{ name: e, ${INPUT}, device: { section: [{ convp: { filters: 3 } }] }, local: { aggregator: concat, missing: learned }, edge: { aggregator: concat, missing: learned, arithmetic: float, section: [{ convp: { filters: 4 } }] }, cloud: { aggregator: concat, arithmetic: float, section: [{ convp: { filters: 5 } }] } }`,
  },
  {
    what: '(c) with coded scores and features',
    views: '0,3',
    exits: ['local', 'cloud'],
    run: [],
    architecture: `{ name: c, ${INPUT}, device: { section: [{ convp: { filters: 3 } }], coding: arithmetic }, local: { aggregator: average, scoreBits: 2 }, ${CONCAT_CLOUD} }`,
  },
  {
    what: '(e) with coded features, scores in whole bytes',
    views: '0,3',
    exits: ['local', 'edge', 'cloud'],
    run: [],
    architecture: `{ name: e, ${INPUT}, device: { section: [{ convp: { filters: 3 } }], coding: arithmetic }, local: { aggregator: concat }, edge: { aggregator: max, section: [{ convp: { filters: 4 } }] }, ${CONCAT_CLOUD} }`,
  },
  {
    what: '(f) cloud and two edges, each with several devices',
    views: '0,2,3,4',
    exits: ['local', 'edge', 'cloud'],
    run: [],
    architecture: SEVERAL_EDGES,
  },
] as const;

describe.each(cases)('a site trained here, over sockets: $what', ({ architecture, views, exits, run }) => {
  let site: SmallSite;

  beforeAll(async () => {
    site = await makeSmallSite({ architecture, views, samples: 30, epochs: 2 });
  }, 120_000);
  afterAll(() => site?.remove());

  it('gives every sample the same exit and class as the evaluation', async () => {
    const thresholds = await middleThresholds(site, exits);
    const evaluated = await ddnnJson<Result>([
      'eval',
      ...site.flags,
      ...thresholds,
      '--verdicts',
      site.at('eval.jsonl'),
    ]);
    const ran = await ddnnJson<Result>([
      'run',
      ...site.flags,
      ...thresholds,
      '--verdicts',
      site.at('run.jsonl'),
      ...run,
    ]);

    const pick = ({ sample, exit, class: name }: VerdictLine) => ({ sample, exit, class: name });
    expect((await site.lines<VerdictLine>('run.jsonl')).map(pick)).toEqual(
      (await site.lines<VerdictLine>('eval.jsonl')).map(pick),
    );
    for (const exit of exits) expect(evaluated.exits[exit], exit).toBeGreaterThan(0);
    expect(ran.exits).toEqual(evaluated.exits);
    expect(ran.lost).toBe(0);
    expect(Object.values(ran.exits).reduce((a, b) => a + b, 0)).toBe(ran.samples);
    expect(ran.accuracy).toBeCloseTo(evaluated.accuracy, 12);
    expect(ran.balancedAccuracy).toBeCloseTo(evaluated.balancedAccuracy, 12);
    // Same frames, so the same payload to the byte; packets differ where records are batched by time.
    expect(ran.bytes.payloadPerView).toBeCloseTo(evaluated.bytes.payloadPerView, 9);
    expect(ran.bytes.wirePerView).toBeGreaterThan(0.8 * evaluated.bytes.wirePerView);
    expect(ran.bytes.wirePerView).toBeLessThan(1.25 * evaluated.bytes.wirePerView);
  }, 120_000);
});

/** Thresholds in the middle of the entropies that each exit gives, so that every exit is taken. */
async function middleThresholds(site: SmallSite, exits: readonly string[]): Promise<string[]> {
  if (!exits.includes('local')) return [];
  const local = await middleEntropy(site, ['--threshold', '1'], 'local');
  if (!exits.includes('edge')) return ['--threshold', local];
  const edge = await middleEntropy(site, ['--threshold', local, '--edge-threshold', '1'], 'edge');
  return ['--threshold', local, '--edge-threshold', edge];
}

async function middleEntropy(site: SmallSite, flags: readonly string[], exit: string): Promise<string> {
  await ddnnJson(['eval', ...site.flags, ...flags, '--verdicts', site.at('entropies.jsonl')]);
  const entropies = (await site.lines<VerdictLine>('entropies.jsonl'))
    .filter((line) => line.exit === exit && line.class !== 'none')
    .map(({ entropy }) => entropy)
    .sort((a, b) => a - b);
  return String(entropies[Math.floor(entropies.length / 2)]);
}
