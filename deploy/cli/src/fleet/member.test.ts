import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ResolvedArchitecture } from '@ddnn/model';
import { randomBundle } from '@ddnn/model/testing';
import { until } from '@ddnn/process/testing';
import { afterAll, expect, it } from 'vitest';
import { startMember } from './member.js';

// A forked process inherits these, and the test runner's make it read sources that Node 20 can't run.
process.execArgv.splice(0);

const folder = mkdtempSync(path.join(tmpdir(), 'ddnn-member-'));
afterAll(() => rmSync(folder, { recursive: true }));

function startCloud() {
  const bundle = path.join(folder, 'a.ddnn');
  const architecture: ResolvedArchitecture = {
    name: 'tiny',
    input: { height: 8, width: 8, channels: 3 },
    views: 2,
    classes: ['car', 'bus'],
    device: { section: [{ convp: { filters: 4 } }] },
    local: { aggregator: 'max' },
    cloud: { aggregator: 'concat', section: [{ fc: { units: 16 } }] },
  };
  writeFileSync(bundle, randomBundle(architecture, 1));
  const config = { bundle, store: { file: ':memory:' }, uplink: { port: 0 }, http: { port: 0 } };
  return startMember('cloud', 'cloud', config, { folder, oneProcess: false, logLevel: 'silent' });
}

/** Lets another process die while this one notices nothing. */
const blockFor = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

it('a member that died a moment ago is told something, and nobody falls over it', async () => {
  const member = await startCloud();
  member.kill();
  blockFor(500);
  expect(member.alive).toBe(true);
  member.capture(0);
  await member.stop();
  await until(() => !member.alive);
});

it('has its settings in a file for its owner only, whatever the umask is', async () => {
  rmSync(path.join(folder, 'cloud.yaml'), { force: true });
  const umask = process.umask(0);
  try {
    const member = await startCloud();
    await member.stop();
    expect(statSync(path.join(folder, 'cloud.yaml')).mode & 0o777).toBe(0o600);
  } finally {
    process.umask(umask);
  }
});

it('stops when it is told to, and is told twice without harm', async () => {
  const member = await startCloud();
  expect(Object.keys(member.announce)).toEqual(expect.arrayContaining(['mqttPort', 'httpPort']));
  await Promise.all([member.stop(), member.stop()]);
  expect(member.alive).toBe(false);
});
