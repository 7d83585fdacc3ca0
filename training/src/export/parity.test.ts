import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  type Architecture,
  encodeBundle,
  LOCAL_SCORE_LIMIT,
  openBundle,
  packSigns,
  quantise,
  resolveArchitecture,
  scoreLevels,
  UPPER_SCORE_LIMIT,
  volume,
} from '@ddnn/model';
import { calibrateNorms, disposeBatch, FrozenNorms, loadBackend, Network } from '@ddnn/tensor';
import { describe, expect, test } from 'vitest';
import { batchRows, createBatch } from '../data/batches.js';
import { type DataSet, loadDataSet } from '../data/data-set.js';
import { createRandom } from '../data/random.js';
import { Tiers } from '../evaluate/tiers.js';
import { exportTensors } from './export.js';
import { fitSteps } from './score-steps.js';

const { tf } = await loadBackend('wasm');

/** Pixels at random, about a third of the views absent, no row empty. */
function randomData(architecture: Architecture, views: number, rows: number, seed: number): DataSet {
  const random = createRandom(seed);
  const { input } = architecture;
  const volume = input.height * input.width * input.channels;
  const images = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: views }, (_, view) =>
      view !== row % views && random() < 0.35
        ? null
        : Uint8Array.from({ length: volume }, () => Math.floor(random() * 256)),
    ),
  );
  return {
    file: 'random',
    views,
    classes: ['a', 'b', 'c'],
    rows: images.map((_, i) => ({ sample: String(i), label: 'abc'[i % 3] })),
    size: { ...input, channels: input.channels as 1 | 3 },
    images,
    jpegBytes: images.map((row) => row.map(() => null)),
  };
}

/** An untrained network with irregular norms, negative scales among them. */
function randomNetwork(architecture: Architecture, data: DataSet, seed: number): Network {
  const random = createRandom(seed);
  const network = new Network(resolveArchitecture(architecture, data), random);
  for (const { name, values } of network.parameters.all) {
    if (!/gamma|beta|local|missing/.test(name)) continue;
    for (let i = 0; i < values.length; i++) values[i] = 3 * random() - 1.5;
  }
  return network;
}

/** Bits that the edges of all rows send up, and how many of them are not the graph's. */
interface EdgeBits {
  bits: number;
  apart: number;
}

/**
 * Runs graph and packed tiers on every row and compares all that travels or decides. Where a bit of a float edge is not
 * the graph's, the row's cloud scores are not compared: the graph's cloud sees another input.
 */
async function expectParity(network: Network, data: DataSet): Promise<EdgeBits> {
  const { architecture, shapes } = network;
  const rows = [...data.rows.keys()];
  const batches = function* () {
    for (const part of batchRows(rows, 32)) yield createBatch(tf, data, part);
  };
  // Any rows do for the statistics: few, to be quick.
  const some = () => [createBatch(tf, data, rows.slice(0, 64))];
  const norms = await calibrateNorms(tf, network, some);
  const steps = await fitSteps(tf, network, norms, batches());
  const exits = {
    ...(architecture.local && { local: { threshold: 0.5, step: steps.local } }),
    ...(architecture.edge && { edge: { threshold: 0.5, step: steps.edge } }),
    cloud: { threshold: 1, step: steps.cloud },
  };
  const header = { architecture, exits, figures: {} };
  const bundle = openBundle(encodeBundle(header, exportTensors(network, norms, steps.local)));
  const tiers = new Tiers(bundle);
  const tensors = network.parameters.tensors(tf);
  const classes = architecture.classes.length;
  const size = volume(shapes.device.output);
  const edgeSize = shapes.edges[0] ? volume(shapes.edges[0].output) : 0;
  const floatEdge = architecture.edge?.arithmetic === 'float';
  const edgeBits = { bits: 0, apart: 0 };
  let row = 0;
  for (const batch of batches()) {
    const out = tf.tidy(() => {
      const pass = { tf, leaves: network.parameters.leaves(tensors), norms: new FrozenNorms(tf, norms) };
      const output = network.run(pass, batch);
      return {
        map: output.deviceMap.dataSync(),
        devices: output.devices?.dataSync(),
        local: output.local.map((scores) => scores.arraySync()),
        edges: output.edges.map((scores) => scores.arraySync()),
        edgeMaps: output.edgeMaps.map((map) => map.dataSync()),
        cloud: output.cloud.arraySync(),
      };
    });
    const rowsInBatch = batch.present.shape[1];
    for (let i = 0; i < rowsInBatch; i++, row++) {
      tiers.present(data.images[row]);
      for (let view = 0; view < data.views; view++) {
        const features = tiers.features[view];
        if (!features) continue;
        if (architecture.device.section.length > 0) {
          const bits = packSigns(
            out.map.subarray((view * rowsInBatch + i) * size, (view * rowsInBatch + i + 1) * size),
          );
          expect(features, `device bits of row ${row}, view ${view}`).toEqual(bits);
        }
        if (out.devices) {
          const scores = out.devices.subarray(
            (view * rowsInBatch + i) * classes,
            (view * rowsInBatch + i + 1) * classes,
          );
          const levels = scoreLevels(architecture);
          const best = Math.max(...scores);
          const below = (score: number) => -Math.min(levels!, Math.floor((best - score) / steps.local + 0.5)) + 0;
          const expected = [...scores].map((score) =>
            levels === undefined ? quantise(score, steps.local, LOCAL_SCORE_LIMIT) : below(score),
          );
          expect([...tiers.devices[view].scores], `device scores of row ${row}, view ${view}`).toEqual(expected);
        }
      }
      let apartInRow = 0;
      for (const edge of tiers.groups.keys()) {
        if (tiers.groupMask(edge) === 0) continue;
        const answer = tiers.edge(edge);
        if (!answer) continue;
        const expected = out.edges[edge][i].map((score) => quantise(score, steps.edge, UPPER_SCORE_LIMIT));
        const bits = packSigns(out.edgeMaps[edge].subarray(i * edgeSize, (i + 1) * edgeSize));
        if (floatEdge) {
          expectClose(tiers.edges[edge].scores, expected, `edge scores of row ${row}`);
          apartInRow += bitsApart(tiers.edges[edge].features, bits);
        } else {
          expect([...tiers.edges[edge].scores], `edge scores of row ${row}`).toEqual(expected);
          expect(tiers.edges[edge].features, `edge bits of row ${row}`).toEqual(bits);
        }
        edgeBits.bits += edgeSize;
      }
      edgeBits.apart += apartInRow;
      tiers.answerInCloud();
      const expected = out.cloud[i].map((score) => quantise(score, steps.cloud, UPPER_SCORE_LIMIT));
      if (apartInRow === 0 && architecture.cloud.arithmetic === 'float') {
        expectClose(tiers.cloud.scores, expected, `cloud scores of row ${row}`);
      } else if (apartInRow === 0) expect([...tiers.cloud.scores], `cloud scores of row ${row}`).toEqual(expected);
      for (const edge of tiers.groups.keys()) {
        // Levels below the best are cut off at the last, so the graph's scores say less of the answer.
        const whole = architecture.local && scoreLevels(architecture) === undefined;
        if (tiers.groupMask(edge) > 0 && whole) expectLocal(tiers, edge, out.local[edge][i], steps.local);
      }
    }
    disposeBatch(tf, batch);
  }
  tf.dispose(tensors);
  expect(row).toBe(data.rows.length);
  return edgeBits;
}

/**
 * The graph adds up in float32 in an order of its own, so scores of a float section may be this many steps apart, of
 * which the largest score has 32,767.
 */
const FLOAT_TOLERANCE = 1;

function expectClose(scores: Int32Array, expected: readonly number[], what: string): void {
  const apart = expected.map((score, c) => Math.abs(score - scores[c]));
  expect(Math.max(...apart), what).toBeLessThanOrEqual(FLOAT_TOLERANCE);
}

function bitsApart(a: Uint8Array, b: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < a.length * 8; i++) count += ((a[i >> 3] ^ b[i >> 3]) >> (i & 7)) & 1;
  return count;
}

/** The local exit joins rounded scores: its class is the graph's, unless two scores are within the rounding. */
function expectLocal(tiers: Tiers, edge: number, scores: number[], step: number): void {
  const { classIndex } = tiers.local(edge)!;
  const slack = (tiers.groups[edge].length + 2) * scores.length * 1.5 * step;
  expect(scores[classIndex]).toBeGreaterThanOrEqual(Math.max(...scores) - slack);
}

describe('Training graph and packed tiers give identical bits and scores', () => {
  const convp = (filters: number) => ({ convp: { filters } });
  const fc = (units: number) => ({ fc: { units } });
  const gray = (height: number, width: number) => ({ height, width, channels: 1 as const });
  const colour = (height: number, width: number) => ({ height, width, channels: 3 as const });
  const cases: readonly [views: number, Architecture][] = [
    [
      3,
      {
        name: 'max and concat, odd sides',
        input: colour(7, 5),
        device: { section: [convp(3)] },
        local: { aggregator: 'max' },
        cloud: { aggregator: 'concat', section: [convp(5), convp(2)] },
      },
    ],
    [
      2,
      {
        name: 'average everywhere, two device blocks',
        input: gray(9, 12),
        device: { section: [convp(2), convp(3)] },
        local: { aggregator: 'average' },
        cloud: { aggregator: 'average', section: [convp(3)] },
      },
    ],
    [
      4,
      {
        name: 'concat and max, fully connected',
        input: colour(6, 11),
        device: { section: [convp(1), fc(13)] },
        local: { aggregator: 'concat' },
        cloud: { aggregator: 'max', section: [fc(7)] },
      },
    ],
    [
      5,
      {
        name: 'average into an exit without blocks',
        input: gray(1, 9),
        device: { section: [convp(2)] },
        local: { aggregator: 'max' },
        cloud: { aggregator: 'average', section: [] },
      },
    ],
    [
      4,
      {
        name: 'scores of two bits',
        input: colour(6, 6),
        device: { section: [convp(3)], coding: 'arithmetic' },
        local: { aggregator: 'average', scoreBits: 2 },
        cloud: { aggregator: 'concat', section: [convp(2)] },
      },
    ],
    [
      1,
      {
        name: 'one view, one pixel',
        input: colour(1, 1),
        device: { section: [fc(9)] },
        local: { aggregator: 'concat' },
        cloud: { aggregator: 'concat', section: [] },
      },
    ],
    [
      3,
      {
        name: 'cloud only, pixels side by side',
        input: colour(8, 6),
        device: { section: [] },
        cloud: { aggregator: 'concat', section: [convp(4), fc(5)] },
      },
    ],
    [
      3,
      {
        name: 'cloud only, pixels averaged',
        input: colour(5, 5),
        device: { section: [] },
        cloud: { aggregator: 'average', section: [convp(4)] },
      },
    ],
    [
      3,
      {
        name: 'cloud only, brightest pixels',
        input: gray(5, 8),
        device: { section: [] },
        cloud: { aggregator: 'max', section: [fc(6), fc(3)] },
      },
    ],
    [
      6,
      {
        name: 'float cloud of two blocks on concat',
        input: colour(16, 15),
        device: { section: [convp(4)] },
        local: { aggregator: 'max' },
        cloud: { aggregator: 'concat', arithmetic: 'float', section: [convp(16), convp(24)] },
      },
    ],
    [
      3,
      {
        name: 'float cloud on an average, fully connected',
        input: gray(7, 9),
        device: { section: [convp(5)] },
        local: { aggregator: 'average' },
        cloud: { aggregator: 'average', arithmetic: 'float', section: [convp(6), fc(20)] },
      },
    ],
    [
      3,
      {
        name: 'float cloud without blocks on an average of pixels',
        input: gray(4, 4),
        device: { section: [] },
        cloud: { aggregator: 'average', arithmetic: 'float', section: [] },
      },
    ],
    [
      3,
      {
        name: 'float cloud above one edge',
        input: gray(10, 10),
        device: { section: [convp(3)] },
        local: { aggregator: 'max' },
        edge: { aggregator: 'concat', section: [convp(4)] },
        cloud: { aggregator: 'max', arithmetic: 'float', section: [convp(6)] },
      },
    ],
    [
      3,
      {
        name: 'one edge',
        input: gray(10, 10),
        device: { section: [convp(3)] },
        local: { aggregator: 'max' },
        edge: { aggregator: 'average', section: [convp(4)] },
        cloud: { aggregator: 'concat', section: [fc(8)] },
      },
    ],
    [
      3,
      {
        name: 'float edge under a binary cloud',
        input: gray(10, 10),
        device: { section: [convp(3)] },
        local: { aggregator: 'max' },
        edge: { aggregator: 'average', arithmetic: 'float', section: [convp(4), fc(11)] },
        cloud: { aggregator: 'concat', section: [fc(8)] },
      },
    ],
    [
      4,
      {
        name: 'learned stand-ins at the local exit and in the cloud',
        input: gray(9, 8),
        device: { section: [convp(3)] },
        local: { aggregator: 'concat', missing: 'learned' },
        cloud: { aggregator: 'concat', missing: 'learned', section: [convp(4), fc(7)] },
      },
    ],
    [
      5,
      {
        name: 'learned stand-ins for views, and for an edge at the cloud’s exit',
        input: colour(6, 6),
        device: { section: [convp(3)] },
        local: { aggregator: 'concat', missing: 'learned' },
        edge: {
          aggregator: 'concat',
          missing: 'learned',
          section: [convp(3)],
          groups: [[4, 0], [1, 2], [3]],
        },
        cloud: { aggregator: 'concat', missing: 'learned', section: [] },
      },
    ],
    [
      5,
      {
        name: 'learned stand-ins under float edges and a float cloud',
        input: gray(12, 10),
        device: { section: [convp(3)] },
        edge: {
          aggregator: 'concat',
          missing: 'learned',
          arithmetic: 'float',
          section: [convp(5)],
          groups: [
            [4, 0],
            [1, 3, 2],
          ],
        },
        cloud: { aggregator: 'concat', missing: 'learned', arithmetic: 'float', section: [convp(6)] },
      },
    ],
    [
      5,
      {
        name: 'two edges of unequal size',
        input: colour(6, 6),
        device: { section: [convp(2)] },
        local: { aggregator: 'concat' },
        edge: {
          aggregator: 'concat',
          section: [convp(3)],
          groups: [
            [4, 0],
            [1, 3, 2],
          ],
        },
        cloud: { aggregator: 'average', section: [convp(2)] },
      },
    ],
  ];
  for (const [i, [views, architecture]] of cases.entries()) {
    test(architecture.name, async () => {
      const data = randomData(architecture, views, 40, 100 + i);
      const { apart } = await expectParity(randomNetwork(architecture, data, 200 + i), data);
      expect(apart).toBe(0);
    });
  }
});

/*
 * A bit of a float edge is the sign of a sum. The graph adds up the n products in float32, so its sum is off by at most
 * n roundings of partial sums, some 2^-24 of the sum's own spread each: by n 2^-24, times the square root of n where
 * all partial sums were as large as the last can get. For the n = 216 of this edge that is 2e-4 of the spread at the
 * very worst, and 1e-6 where roundings go either way. A normed sum lies so close to 0 with about that probability: a
 * share of some 1e-6 may be apart. The bound leaves a factor of ten; 6 million bits had none.
 */
test('A float edge sends the graph’s bits, but for a share of 1e-5 at most: sums within rounding of 0', async () => {
  const architecture: Architecture = {
    name: 'float edge',
    input: { height: 32, width: 32, channels: 1 },
    device: { section: [{ convp: { filters: 4 } }] },
    edge: { aggregator: 'concat', arithmetic: 'float', section: [{ convp: { filters: 64 } }] },
    cloud: { aggregator: 'concat', section: [] },
  };
  const data = randomData(architecture, 6, 100, 31);
  const { bits, apart } = await expectParity(randomNetwork(architecture, data, 32), data);
  expect(bits).toBe(100 * 8 * 8 * 64);
  expect(apart / bits).toBeLessThan(1e-5);
});

const folder = process.env.DDNN_DATA ?? path.resolve(import.meta.dirname, '../../../shared/data');
describe.skipIf(!existsSync(folder))('On the real images of both sets (skipped where DDNN_DATA is absent)', () => {
  for (const [set, filters] of [
    ['epfl6/manifest.csv', 4],
    ['eth80/ring6.csv', 3],
  ] as const) {
    test(`device sections of ${set} give the graph's bits and scores`, async () => {
      const architecture: Architecture = {
        name: 'device sections',
        input: { height: 32, width: 32, channels: 3 },
        device: { section: [{ convp: { filters } }] },
        local: { aggregator: 'max' },
        cloud: { aggregator: 'max', section: [] },
      };
      const data = await loadDataSet(path.join(folder, set), { size: { height: 32, width: 32, channels: 3 } });
      await expectParity(randomNetwork(architecture, data, 7), data);
    });
  }
});
