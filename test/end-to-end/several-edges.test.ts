import { afterAll, beforeAll, expect, it } from 'vitest';
import { childOf } from '../child-process.js';
import { ddnn, ddnnJson } from '../ddnn.js';
import { makeSmallSite, type Result, type SmallSite, type VerdictLine } from '../small-site.js';

const ARCHITECTURE = `
name: two edges
input: { height: 16, width: 16, channels: 3 }
device: { section: [{ convp: { filters: 3 } }] }
local: { aggregator: max }
edge: { aggregator: concat, section: [{ convp: { filters: 4 } }], groups: [[0, 2], [1]] }
cloud: { aggregator: concat, section: [{ convp: { filters: 5 } }] }
`;
const SAMPLES = 60;

let site: SmallSite;
beforeAll(async () => {
  site = await makeSmallSite({ architecture: ARCHITECTURE, views: '0,2,4', samples: SAMPLES, epochs: 1 });
});
afterAll(() => site?.remove());

it('answers every sample once when an edge is killed half way, and names its views', async () => {
  let killed = false;
  // The local threshold 0 sends nearly every sample to the edge section, so that features are under way as well.
  const args = ['run', ...site.flags, '--threshold', '0', '--rate', '20', '--verdicts', site.at('run.jsonl'), '--json'];
  const { code, stdout, stderr } = await ddnn(args, (text, pid) => {
    if (killed || !/\b3\d\/\d+ samples/.test(text)) return;
    killed = true;
    // The first: its verdict topic goes with it.
    process.kill(childOf(pid, 'edge0.yaml'), 'SIGKILL');
  });
  expect(code, stderr).toBe(0);
  expect(killed).toBe(true);
  const result = JSON.parse(stdout) as Result;
  const verdicts = await site.lines<VerdictLine>('run.jsonl');
  expect(result.lost).toBe(0);
  expect(Object.values(result.exits).reduce((a, b) => a + b, 0)).toBe(result.samples);
  expect(new Set(verdicts.map(({ slot }) => slot)).size).toBe(result.samples);
  expect(verdicts.find(({ slot }) => slot === 0)?.missing).toEqual([]);
  expect(verdicts.find(({ slot }) => slot === result.samples - 1)?.missing).toEqual([0, 2]);
});

it('gives every sample the same exit and class as the evaluation from one process for all', async () => {
  const verdicts = async (command: readonly string[]) => {
    const result = await ddnnJson<Result>([...command, ...site.flags, '--verdicts', site.at('verdicts.jsonl')]);
    expect(result.lost).toBe(0);
    const lines = await site.lines<VerdictLine>('verdicts.jsonl');
    return lines.map(({ sample, exit, class: name }) => ({ sample, exit, name }));
  };
  expect(await verdicts(['run', '--one-process'])).toEqual(await verdicts(['eval']));
});
