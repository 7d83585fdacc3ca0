import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ddnn } from './ddnn.js';
import { makeSmallSite, type SmallSite } from './small-site.js';

const ARCHITECTURE = `
name: two cameras
input: { height: 16, width: 16, channels: 3 }
device: { section: [{ convp: { filters: 2 } }] }
local: { aggregator: max }
cloud: { aggregator: concat, section: [{ convp: { filters: 2 } }] }
`;

let site: SmallSite;
beforeAll(async () => {
  site = await makeSmallSite({ architecture: ARCHITECTURE, views: '0,3', samples: 30, epochs: 1 });
  await mkdir(site.at('bad/images'), { recursive: true });
});
afterAll(() => site?.remove());

/** A command that must be refused as the user's fault, in one line that holds all of `words`. */
async function refused(args: readonly string[], words: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await ddnn(args);
  expect(code, stderr).toBe(2);
  expect(stdout).toBe('');
  const lines = stderr.split('\n').filter((line) => line.startsWith('ddnn:'));
  expect(lines, stderr).toHaveLength(1);
  for (const word of words) expect(lines[0]).toContain(word);
  expect(stderr).not.toMatch(/\n\s+at /);
}

/** A manifest beside the street's images whose line `line` was changed. */
async function damagedManifest(name: string, line: number, change: (text: string) => string): Promise<string> {
  const lines = (await readFile(site.at('street/manifest.csv'), 'utf8')).split('\n');
  lines[line - 1] = change(lines[line - 1]);
  const file = site.at('street', name);
  await writeFile(file, lines.join('\n'));
  return file;
}

const evalOn = (manifest: string, bundle = site.at('b.ddnn')) => [
  'eval',
  '--data',
  manifest,
  '--views',
  '0,3',
  '--bundle',
  bundle,
];

describe('bad data', () => {
  it('names file, line and column of a wrong number of cells', async () => {
    const file = await damagedManifest('cells.csv', 3, (line) => `${line},more`);
    await refused(evalOn(file), ['cells.csv, line 3', 'DDNN_MANIFEST']);
  });

  it('names an unknown label and its line', async () => {
    const file = await damagedManifest('label.csv', 4, (line) => line.replace(/,(car|bus|person),/, ',zebra,'));
    await refused(evalOn(file), ['label.csv, line 4', 'label', 'zebra']);
  });

  it('names a missing image', async () => {
    const file = await damagedManifest('image.csv', 2, (line) => line.replace(/images\/[^,]+\.png/, 'images/gone.png'));
    await refused(evalOn(file), ['image.csv, line 2', 'view0', 'gone.png']);
  });

  it('names a broken image', async () => {
    await writeFile(site.at('street/images/broken.png'), 'this is no picture');
    const file = await damagedManifest('broken.csv', 2, (line) =>
      line.replace(/images\/[^,]+\.png/, 'images/broken.png'),
    );
    await refused(evalOn(file), ['broken.png', 'DDNN_IMAGE']);
  });

  it('names a missing manifest', async () => {
    await refused(evalOn(site.at('nowhere.csv')), ['nowhere.csv', 'DDNN_MANIFEST']);
  });

  it('asks for a split of MNIST, and names a file that is no NPZ', async () => {
    await refused(evalOn('mnist6:nowhere'), ['mnist6:nowhere', '--split train', 'DDNN_RECORDING_SPLIT']);
    await writeFile(site.at('bad/text.npz'), 'this is no archive');
    await refused(evalOn(site.at('bad/text.npz')), ['text.npz', 'DDNN_RECORDING_FORMAT']);
  });

  it('says how to pick views where a manifest has another number of them', async () => {
    const manifest = site.at('street/manifest.csv');
    await refused(['eval', '--data', manifest, '--bundle', site.at('b.ddnn')], ['6 views', 'takes 2', '--views']);
  });

  it('lists the splits where there is none of that name', async () => {
    await refused([...evalOn(site.at('street/manifest.csv')), '--split', 'tset'], ['tset', 'train', 'test']);
  });
});

describe('bad architectures', () => {
  const train = (file: string) => [
    'train',
    '--data',
    site.at('street/manifest.csv'),
    '--arch',
    file,
    '--out',
    site.at('x.ddnn'),
  ];

  it('names line and column of broken YAML', async () => {
    await writeFile(site.at('bad/syntax.yaml'), 'name: x\ninput: { height: 16\n');
    await refused(train(site.at('bad/syntax.yaml')), ['syntax.yaml:', 'DDNN_ARCHITECTURE_SYNTAX']);
  });

  it('names an unknown key and its line', async () => {
    await writeFile(
      site.at('bad/key.yaml'),
      ARCHITECTURE.replace('local: { aggregator: max }', 'local:\n  agregator: max'),
    );
    await refused(train(site.at('bad/key.yaml')), ['key.yaml:6', 'agregator', 'DDNN_ARCHITECTURE_KEY']);
  });

  it('names a bad value', async () => {
    await writeFile(
      site.at('bad/value.yaml'),
      ARCHITECTURE.replace('filters: 2 } }] }\nlocal', 'filters: none } }] }\nlocal'),
    );
    await refused(train(site.at('bad/value.yaml')), ['value.yaml:4', 'filters']);
  });
});

describe('bad bundles', () => {
  it('refuses a damaged one', async () => {
    const bytes = await readFile(site.at('b.ddnn'));
    bytes[bytes.length >> 1] ^= 1;
    await writeFile(site.at('bad/damaged.ddnn'), bytes);
    await refused(evalOn(site.at('street/manifest.csv'), site.at('bad/damaged.ddnn')), ['damaged.ddnn', 'SHA-256']);
  });

  it('refuses one that is not there', async () => {
    await refused(evalOn(site.at('street/manifest.csv'), site.at('none.ddnn')), ['none.ddnn']);
  });

  it('refuses one whose classes the manifest does not know', async () => {
    const text = await readFile(site.at('street/manifest.csv'), 'utf8');
    await writeFile(site.at('street/fruit.csv'), text.replaceAll(/,(car|bus|person),/g, ',apple,'));
    await refused(evalOn(site.at('street/fruit.csv')), ['fruit.csv', 'apple']);
  });

  it('refuses to let pixels leave a camera', async () => {
    await writeFile(
      site.at('bad/pixels.yaml'),
      ARCHITECTURE.replace('[{ convp: { filters: 2 } }] }\nlocal: { aggregator: max }', '[] }'),
    );
    const data = ['--data', site.at('street/manifest.csv'), '--views', '0,3'];
    await ddnn([
      'train',
      ...data,
      '--arch',
      site.at('bad/pixels.yaml'),
      '--epochs',
      '1',
      '--out',
      site.at('bad/pixels.ddnn'),
    ]);
    await refused(['run', ...data, '--bundle', site.at('bad/pixels.ddnn')], ['allowPixels', 'DDNN_BUNDLE_PIXELS']);
  });
});

describe('bad goals', () => {
  const calibrate = (...goal: string[]) => {
    const files = ['--data', site.at('street/manifest.csv'), '--bundle', site.at('b.ddnn'), '--out', site.at('c.ddnn')];
    return ['calibrate', ...files, '--views', '0,3', ...goal];
  };

  it('names the least bytes that a budget takes', async () => {
    await refused(calibrate('--bytes-per-view', '1'), ['1 payload bytes', 'at least', 'DDNN_TRAINING_BUDGET']);
  });

  it('refuses two goals at once, half a goal, and a promise that nobody can keep', async () => {
    await refused(calibrate('--bytes-per-view', '9', '--accuracy-loss', '0.1'), ['two goals', 'DDNN_CLI_USAGE']);
    await refused(calibrate('--confidence', '0.9'), ['--confidence goes with --accuracy-loss']);
    await refused(calibrate('--accuracy-loss', '0'), ['accuracyLoss is 0', 'DDNN_TRAINING_OPTION']);
  });
});

describe('bad surroundings', () => {
  it.each([
    ['--mqtt-port', 'mqtt.port'],
    ['--http-port', 'http.port'],
  ])('names a port in use and its setting (%s)', async (flag, setting) => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    try {
      await refused(['run', ...site.flags, flag, String(port)], [String(port), setting, 'DDNN_PROCESS_PORT_IN_USE']);
    } finally {
      taken.close();
    }
  });

  it('names an unknown key of a configuration and its line', async () => {
    await copyFile(site.at('b.ddnn'), site.at('bad/b.ddnn'));
    await writeFile(site.at('bad/edge.yaml'), `bundle: ${site.at('b.ddnn')}\noutbox: { folder: x }\nuplnik: {}\n`);
    const { code, stderr } = await ddnn(['edge', '--config', site.at('bad/edge.yaml')]);
    expect(code).toBe(2);
    expect(stderr).toContain('uplnik');
    expect(stderr).toContain('edge.yaml, line 3');
  });

  it('names the edges of a bundle that has not the one of the configuration', async () => {
    const set = [`bundle=${site.at('b.ddnn')}`, `outbox.folder=${site.at('outbox')}`, 'mqtt.port=0', 'group=1'];
    const { code, stderr } = await ddnn(['edge', '--set', ...set]);
    expect(code).toBe(2);
    expect(stderr).toContain('group: 1, but the bundle is for one edge, 0');
    expect(stderr).toContain('DDNN_EDGE_GROUP');
  });

  it('opens no edge without rules to others than this machine', async () => {
    const set = [
      `bundle=${site.at('b.ddnn')}`,
      `outbox.folder=${site.at('outbox')}`,
      'mqtt.port=0',
      'mqtt.host=0.0.0.0',
    ];
    const { code, stderr } = await ddnn(['edge', '--open', '--set', ...set]);
    expect(code).toBe(2);
    expect(stderr).toContain('mqtt.host is 0.0.0.0');
    expect(stderr).toContain('DDNN_EDGE_OPEN');
  });

  // An empty host would listen on every address of the machine.
  it.each(['mqtt.host', 'outbox.folder', 'bundle'])('refuses an empty %s', async (setting) => {
    const set = [`bundle=${site.at('b.ddnn')}`, `outbox.folder=${site.at('outbox')}`, 'mqtt.port=0', `${setting}=`];
    const { code, stderr } = await ddnn(['edge', '--set', ...set]);
    expect(code).toBe(2);
    expect(stderr).toContain(`flag ${setting}: ${setting} must not have fewer than 1 characters`);
    expect(stderr).toContain('DDNN_CONFIG_VALUE');
  });

  it('names a wrong call', async () => {
    const { code, stderr } = await ddnn(['watch', '--url', 'mqtt://127.0.0.1', '--jsn']);
    expect(code).toBe(2);
    expect(stderr).toContain('--jsn');
  });
});
