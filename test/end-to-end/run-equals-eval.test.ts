import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ddnnJson } from '../ddnn.js';
import { makeSmallSite, type Result, type SmallSite, type VerdictLine } from '../small-site.js';

const INPUT = 'input: { height: 16, width: 16, channels: 3 }';
const CONCAT_CLOUD = 'cloud: { aggregator: concat, section: [{ convp: { filters: 5 } }] }';

/** The groups take turns and are unequal, so that a view is not its place among its edge's. */
const SEVERAL_EDGES = `{ name: f, ${INPUT}, device: { section: [{ convp: { filters: 3 } }] }, local: { aggregator: max }, edge: { aggregator: concat, section: [{ convp: { filters: 4 } }], groups: [[3, 0, 2], [1]] }, ${CONCAT_CLOUD} }`;

const ONE_RECORD_FRAME = ['--records-batch', '1024'];
const RECORDS_AT_THE_END = ['--records-ms', '3600000'];
/**
 * Around a sample on the uplink: MQTT header, topic, packet identifier, PUBACK, frame header, the first slot's width,
 * view states.
 */
const PACKET_BYTES = 28;

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
  });
  afterAll(() => site?.remove());

  it('gives every sample the same exit and class as the evaluation', async () => {
    const thresholds = await middleThresholds(site, exits);
    const evaluated = await ddnnJson<Result>([
      'eval',
      ...site.flags,
      ...thresholds,
      '--verdicts',
      site.at('eval.jsonl'),
      ...ONE_RECORD_FRAME,
    ]);
    const ran = await ddnnJson<Result>([
      'run',
      ...site.flags,
      ...thresholds,
      '--verdicts',
      site.at('run.jsonl'),
      ...ONE_RECORD_FRAME,
      ...RECORDS_AT_THE_END,
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
    // Same frames, so the same payload to the byte.
    expect(ran.bytes.payloadPerView).toBeCloseTo(evaluated.bytes.payloadPerView, 9);
    // Samples under way at once that are ready together share packets, also between devices and edge; nothing else
    // differs.
    const shared = wireBytes(evaluated, views) - wireBytes(ran, views);
    const asked = evaluated.samples - evaluated.exits.local;
    expect(shared).toBeGreaterThanOrEqual(0);
    expect(shared).toBeLessThanOrEqual(
      shareable(evaluated, architecture) + asked * views.split(',').length * 2 * PACKET_BYTES,
    );
  });

  it('sends exactly the counted packets one by one, and in batches all but what goes up apart because it was ready apart', async () => {
    const thresholds = await middleThresholds(site, exits);
    for (const batch of ['1', '5']) {
      const flags = [...site.flags, ...thresholds, '--batch-samples', batch, ...ONE_RECORD_FRAME];
      const evaluated = await ddnnJson<Result>(['eval', ...flags]);
      // One summary frame under way at once.
      const ran = await ddnnJson<Result>(['run', ...flags, '--in-flight', batch, ...RECORDS_AT_THE_END, ...run]);
      expect(ran.exits).toEqual(evaluated.exits);
      expect(ran.accuracy).toBeCloseTo(evaluated.accuracy, 12);
      expect(ran.bytes.payloadPerView).toBeCloseTo(evaluated.bytes.payloadPerView, 9);
      const apart = wireBytes(ran, views) - wireBytes(evaluated, views);
      if (batch === '1') expect(apart).toBe(0);
      expect(apart).toBeGreaterThanOrEqual(0);
      expect(apart).toBeLessThanOrEqual(shareable(evaluated, architecture));
    }
  });
});

/** Bytes of all packets. */
function wireBytes({ samples, bytes }: Result, views: string): number {
  return Math.round(bytes.wirePerView * samples * views.split(',').length);
}

/** What packets of the uplink can save at most by sharing: a sample that goes up and its verdict have one each. */
function shareable({ samples, exits }: Result, architecture: string): number {
  // Each of two edges reports every sample, some of them twice; the cloud tells each sample in a frame of its own.
  const packets = architecture === SEVERAL_EDGES ? 4 * samples : 2 * exits.cloud;
  return packets * PACKET_BYTES;
}

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
    .map(({ uncertainty }) => uncertainty)
    .sort((a, b) => a - b);
  return String(entropies[Math.floor(entropies.length / 2)]);
}
