import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ddnn, ROOT } from '../ddnn.js';
import { makeSmallSite, type SmallSite } from '../small-site.js';

const ARCHITECTURE = `
name: one camera
input: { height: 16, width: 16, channels: 3 }
device: { section: [{ convp: { filters: 2 } }] }
local: { aggregator: max }
cloud: { aggregator: concat, section: [{ convp: { filters: 2 } }] }
`;
const LINUX = process.platform === 'linux';
const COMMAND = path.join(ROOT, 'deploy/cli/bin/ddnn.js');

let site: SmallSite;
beforeAll(async () => {
  site = await makeSmallSite({ architecture: ARCHITECTURE, views: '0', samples: 20, epochs: 1 });
  await symlink(site.at('street/manifest.csv'), site.at('link.csv'));
});
afterAll(() => site?.remove());

const data = () => site.flags.slice(0, 4);
/** Every command that writes a file, up to its option. */
const writers: Record<string, () => string[]> = {
  train: () => ['train', ...data(), '--arch', site.at('small.yaml'), '--epochs', '1', '--out'],
  calibrate: () => ['calibrate', ...site.flags, '--accuracy-loss', '0.5', '--out'],
  eval: () => ['eval', ...site.flags, '--verdicts'],
  report: () => ['report', ...site.flags, '--out'],
  run: () => ['run', ...site.flags, '--one-process', '--verdicts'],
};

async function refused(args: readonly string[], says: RegExp): Promise<void> {
  const { code, stdout, stderr } = await ddnn(args);
  expect([code, stdout], stderr).toEqual([2, '']);
  // One line, and before the work: no picture was loaded, no epoch done.
  expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(says)]);
}

it.each(Object.keys(writers))('%s refuses an output that is its input by another name', async (name) => {
  const before = await readFile(site.at('street/manifest.csv'));
  await refused([...writers[name](), site.at('link.csv')], /^ddnn: --(out|verdicts) is also --data/);
  expect(await readFile(site.at('street/manifest.csv'))).toEqual(before);
});

it('refuses an output in a folder that is not there', async () => {
  await refused([...writers.report(), site.at('none/x')], /^ddnn: --out .*there is no folder/);
});

it('refuses a checkpoint that would be an input', async () => {
  await symlink(site.at('street/manifest.csv'), site.at('x.ddnn.checkpoint'));
  await refused([...writers.train(), site.at('x.ddnn')], /^ddnn: --out is also --data: .*checkpoint/);
});

it('refuses to draw a street where a file is in the way', async () => {
  await refused(['simulate', '--out', site.at('b.ddnn')], /^ddnn: --out .*can't be written/);
});

it('says that the folder is not there that data init is to read', async () => {
  await refused(['data', 'init', site.at('none')], /there is no folder .*none/);
});

it('ends with 2 and one line where the disk is full', async (context) => {
  if (!LINUX) context.skip();
  const { code, stderr } = await ddnn([...writers.eval(), '/dev/full']);
  expect([code, stderr.split('\n').filter((line) => line.includes('ddnn:'))]).toEqual([
    2,
    [expect.stringMatching(/--verdicts \/dev\/full: .*ENOSPC/)],
  ]);
});

/** Runs a line of bash, where `ddnn` is the command and `$1` the site's folder. */
async function shell(line: string): Promise<{ code: number; stderr: string }> {
  const script = `ddnn() { '${process.execPath}' '${COMMAND}' "$@"; }; ${line}`;
  const env = { ...process.env, NO_COLOR: '1' };
  const child = spawn('bash', ['-c', script, 'bash', site.at()], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, stderr };
}

describe.runIf(LINUX)('standard output', () => {
  it.each(['bundle inspect $1/b.ddnn --json', '--help'])('of %s on a full disk is told in one line', async (args) => {
    const { code, stderr } = await shell(`ddnn ${args} > /dev/full`);
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('standard output: ENOSPC')]);
  });

  // Without an end of its own, the demo ends only by that.
  it.each(['bundle inspect $1/b.ddnn --json', 'demo --one-process'])(
    'of %s that nobody reads ends it quietly',
    async (args) => {
      // The reader is gone before the first byte comes.
      const { code, stderr } = await shell(`ddnn ${args} | true; exit \${PIPESTATUS[0]}`);
      expect([code, stderr.replace(/^watch:.*\n/, '')]).toEqual([0, '']);
    },
    180_000,
  );
});

it.runIf(LINUX)('run stops its site in order on Ctrl-C, and leaves nothing behind', async () => {
  await mkdir(site.at('tmp'));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = site.at('tmp');
  const { code, stdout, stderr } = await ddnn(['run', ...site.flags, '--one-process', '--rate', '1'], (text, pid) => {
    if (text.includes('watch: ')) process.kill(pid, 'SIGINT');
  });
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining('interrupted: the site is stopped')]);
  expect(await readdir(site.at('tmp'))).toEqual([]);
});

it('hints at an evaluation of the same cameras after training', async () => {
  const { stdout } = await ddnn([...writers.train(), site.at('hint.ddnn')]);
  const rows = `--data ${site.at('street/manifest.csv')} --split NAME --views 0`;
  expect(stdout).toContain(`npx ddnn eval ${rows} --bundle ${site.at('hint.ddnn')}`);
});

it('refuses values that no option can have, by the name of the option', async () => {
  const wrong: [string, string[]][] = [
    ['--threshold', ['eval', ...site.flags, '--threshold', '2']],
    ['--views', ['train', ...data().slice(0, 3), '9', '--out', site.at('y.ddnn')]],
    ['--epochs', [...writers.train(), site.at('y.ddnn'), '--epochs', '100000000']],
    ['--seeds', [...writers.train(), site.at('y.ddnn'), '--seeds', '100000']],
    ['--rate', ['run', ...site.flags, '--rate', '0']],
  ];
  for (const [option, args] of wrong) {
    const { code, stderr } = await ddnn(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(option)]);
  }
});

it('refuses to train where there is one class only', async () => {
  const lines = (await readFile(site.at('street/manifest.csv'), 'utf8')).trim().split('\n');
  await writeFile(site.at('street/one.csv'), lines.slice(0, 2).join('\n'));
  const train = ['train', '--data', site.at('street/one.csv'), '--out', site.at('y.ddnn'), '--epochs', '1'];
  const { code, stderr } = await ddnn(train);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/one\.csv: there is 1 row.*DDNN_TRAINING_CLASSES/)]);
});

it.runIf(LINUX)(
  'ends with the shell that npm starts it in',
  async () => {
    const settings = `bundle=${site.at('b.ddnn')} outbox.folder=${site.at('outbox')} mqtt.port=0`;
    // As npx does it: a shell between, which a SIGTERM ends without a word to what it started.
    const script = `'${process.execPath}' '${COMMAND}' edge --set ${settings}; true`;
    const env = { ...process.env, npm_lifecycle_event: 'npx' };
    const child = spawn('sh', ['-c', script], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    await new Promise<void>((resolve) => {
      child.stderr.on('data', (chunk) => {
        log += chunk;
        if (log.includes('edge is ready')) resolve();
      });
    });
    child.kill('SIGTERM');
    // Standard error closes once the edge itself is gone.
    await once(child, 'close');
    expect(log).toContain('edge stopped');
  },
  60_000,
);
