import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ddnn, ddnnJson } from '../ddnn.js';
import { makeSmallSite, type Result, type SmallSite } from '../small-site.js';

const ARCHITECTURE = `name: small
input: { height: 16, width: 16, channels: 3 }
device: { section: [{ convp: { filters: 2 } }] }
local: { aggregator: max }
cloud: { aggregator: concat, section: [{ fc: { units: 8 } }] }
`;
const training = ['--train-split', 'train', '--epochs', '1', '--backend', 'wasm'];

interface Swept<Row> {
  readonly sweep: string;
  readonly samples: number;
  readonly rows: readonly Row[];
  readonly paper: { readonly citation: string; readonly rows: unknown };
}

let site: SmallSite;
let rows: readonly string[];
beforeAll(async () => {
  site = await makeSmallSite({ architecture: ARCHITECTURE, samples: 60, epochs: 2, views: '0,3' });
  rows = [...site.flags, '--split', 'test'];
});
afterAll(() => site?.remove());

describe('ddnn eval --sweep', () => {
  it('moves the threshold, with the paper’s figures beside ours', async () => {
    const { rows: swept, paper } = await ddnnJson<Swept<{ threshold: number; accuracy: number }>>([
      'eval',
      ...rows,
      '--sweep',
      'threshold',
    ]);
    const { accuracy } = await ddnnJson<Result>(['eval', ...rows, '--threshold', '0.6']);
    expect(swept).toHaveLength(21);
    expect(swept[12]).toMatchObject({ threshold: 0.6, accuracy });
    expect(paper.citation).toContain('ICDCS 2017');
    const { stdout } = await ddnn(['eval', ...rows, '--sweep', 'threshold']);
    expect(stdout).toMatch(/0\.80.*61 % *│ *97 % *│ *62 /);
  });

  it('trains a network for fewer cameras beside the one that lost them', async () => {
    const flags = ['--sweep', 'cameras', '--retrained', ...training];
    const { rows: swept } = await ddnnJson<Swept<{ lost: number[]; retrained?: { lost: number[] } }>>([
      'eval',
      ...rows,
      ...flags,
    ]);
    expect(swept.map(({ retrained }) => retrained?.lost)).toEqual([swept[0].lost, undefined]);
  });

  it('prints what is trained when Ctrl-C ends it', async () => {
    const flags = ['--sweep', 'filters', '--train-split', 'train', '--epochs', '60', '--backend', 'wasm', '--json'];
    // Once: a second one ends the process at once.
    let sent = false;
    const { code, stdout, stderr } = await ddnn(['eval', ...rows, ...flags], (text, pid) => {
      if (sent || !/[23]\/5 /.test(text)) return;
      sent = true;
      process.kill(pid, 'SIGINT');
    });
    expect(code).toBe(1);
    expect(stderr).toContain('about');
    expect(stderr).toContain('interrupted');
    const names = (JSON.parse(stdout) as Swept<{ name: string }>).rows.map(({ name }) => name);
    expect(names.length).toBeLessThan(5);
    expect(names.slice(0, 1)).toEqual(['1']);
  });

  it.each([
    [['--sweep', 'colours'], 'threshold, cameras, single'],
    [['--sweep', 'filters'], '--train-split'],
    [['--sweep', 'single', '--lost', '0'], '--lost'],
    [['--missing', '--retrained'], '--train-split'],
    [['--retrained', ...training], '--missing'],
  ])('refuses %j and says what to write', async (flags, words) => {
    const { code, stderr } = await ddnn(['eval', ...rows, ...flags]);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });
});

it('ddnn eval --missing --retrained retrains for each single camera', async () => {
  const { missing } = await ddnnJson<{ missing: { one: { views: object[] }; retrained: { lost: number[] }[] } }>([
    'eval',
    ...rows,
    '--missing',
    '--retrained',
    ...training,
  ]);
  expect(missing.one.views).toHaveLength(2);
  expect(missing.retrained.map(({ lost }) => lost)).toEqual([[0], [1]]);
});
