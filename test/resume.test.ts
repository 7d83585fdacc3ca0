import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ddnn } from './ddnn.js';
import { makeSmallSite, type SmallSite } from './small-site.js';

const ARCHITECTURE = `
name: two cameras
input: { height: 16, width: 16, channels: 3 }
device: { section: [{ convp: { filters: 2 } }] }
local: { aggregator: max }
cloud: { aggregator: concat, section: [{ convp: { filters: 2 } }] }
`;
const EPOCHS = 60;

let site: SmallSite;
beforeAll(async () => {
  site = await makeSmallSite({ architecture: ARCHITECTURE, views: '0,3', samples: 60, epochs: EPOCHS });
});
afterAll(() => site?.remove());

it('goes on after a kill and a Ctrl-C to the very bundle of a training that nobody disturbed', async () => {
  const data = ['--data', site.at('street/manifest.csv'), '--views', '0,3', '--split', 'train'];
  const out = site.at('r.ddnn');
  const train = ['train', ...data, '--arch', site.at('small.yaml'), '--epochs', String(EPOCHS), '--out', out];
  /** Ends the process by a signal once `word` stands on its standard error. */
  const stopAt = (args: readonly string[], word: RegExp, signal: NodeJS.Signals) => {
    let text = '';
    return ddnn(args, (part, pid) => {
      const before = word.test(text);
      text += part;
      if (!before && word.test(text)) process.kill(pid, signal);
    });
  };
  const killed = await stopAt(train, /epoch \d+\//, 'SIGKILL');
  expect(killed.code).toBeNull();
  expect(await readdir(site.at())).toContain('r.ddnn.checkpoint');

  const stopped = await stopAt([...train, '--resume'], /epoch \d+\//, 'SIGINT');
  expect(stopped.code, stopped.stderr).toBe(130);
  expect(stopped.stderr).toMatch(/goes on from .*r\.ddnn\.checkpoint, after epoch \d+/);
  expect(stopped.stderr).toContain('--resume');
  expect(stopped.stdout).toBe('');

  const resumed = await ddnn([...train, '--resume']);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(await readFile(out)).toEqual(await readFile(site.at('b.ddnn')));
  expect((await readdir(site.at())).filter((name) => name.includes('checkpoint'))).toEqual([]);
});
