import { afterAll, beforeAll, expect, it } from 'vitest';
import { childOf } from '../child-process.js';
import { ddnn } from '../ddnn.js';
import { makeSmallSite, type Result, type SmallSite, type VerdictLine } from '../small-site.js';

const ARCHITECTURE = `
name: three cameras
input: { height: 16, width: 16, channels: 3 }
device: { section: [{ convp: { filters: 3 } }] }
local: { aggregator: max }
cloud: { aggregator: concat, section: [{ convp: { filters: 5 } }] }
`;
const KILLED = 1;
const SAMPLES = 60;

let site: SmallSite;
beforeAll(async () => {
  site = await makeSmallSite({ architecture: ARCHITECTURE, views: '0,2,4', samples: SAMPLES, epochs: 1 });
});
afterAll(() => site?.remove());

it('answers every sample when an agent is killed half way, and names the missing view', async () => {
  let killed = false;
  // The local threshold 0 sends nearly every sample up, so that features are lost as well as summaries.
  const args = ['run', ...site.flags, '--threshold', '0', '--rate', '20', '--verdicts', site.at('run.jsonl'), '--json'];
  const { code, stdout, stderr } = await ddnn(args, (text, pid) => {
    if (killed || !/\b3\d\/\d+ samples/.test(text)) return;
    killed = true;
    process.kill(childOf(pid, `agent-${KILLED}.yaml`), 'SIGKILL');
  });
  expect(code, stderr).toBe(0);
  expect(killed).toBe(true);
  const result = JSON.parse(stdout) as Result;
  const verdicts = await site.lines<VerdictLine>('run.jsonl');
  expect(result.lost).toBe(0);
  expect(Object.values(result.exits).reduce((a, b) => a + b, 0)).toBe(result.samples);
  expect(new Set(verdicts.map(({ slot }) => slot)).size).toBe(result.samples);
  expect(verdicts.find(({ slot }) => slot === 0)?.missing).toEqual([]);
  expect(verdicts.find(({ slot }) => slot === result.samples - 1)?.missing).toEqual([KILLED]);
});
