import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { Cloud, CloudConfigSchema } from '@ddnn/cloud-api';
import { Agent, AgentConfigSchema } from '@ddnn/device-agent';
import { Edge, EdgeConfigSchema } from '@ddnn/edge-broker';
import {
  openBundle,
  parsePublicKey,
  publicKey,
  type ResolvedArchitecture,
  signedMessage,
  splitSignature,
  withSignature,
} from '@ddnn/model';
import { randomBundle } from '@ddnn/model/testing';
import { loadConfig } from '@ddnn/process';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ddnn, ddnnJson } from './ddnn.js';

const architecture: ResolvedArchitecture = {
  name: 'tiny',
  input: { height: 16, width: 16, channels: 3 },
  views: 1,
  classes: ['a', 'b'],
  device: { section: [{ convp: { filters: 1 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'max', section: [] },
};

interface Keygen {
  readonly key: string;
  readonly keyId: string;
}

let folder: string;
let ours: Keygen;
const at = (name: string) => path.join(folder, name);

const stranger = generateKeyPairSync('ed25519');
const strangerKey = publicKey(new Uint8Array(stranger.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)));
const theirs: Keygen = { key: Buffer.from(strangerKey.bytes).toString('base64'), keyId: strangerKey.id };

function signedByStranger(bundle: Uint8Array): Uint8Array {
  const bytes = sign(null, signedMessage(openBundle(bundle).hash), stranger.privateKey);
  return withSignature(bundle, { key: strangerKey, bytes: new Uint8Array(bytes) });
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ddnn-signed-'));
  ours = await ddnnJson<Keygen>(['bundle', 'keygen', '--out', at('ours')]);
  for (const name of ['unsigned', 'signed']) {
    await writeFile(at(`${name}.ddnn`), randomBundle(architecture, 1));
  }
  await ddnnJson(['bundle', 'sign', at('signed.ddnn'), '--key', at('ours')]);
  await writeFile(at('stranger.ddnn'), signedByStranger(randomBundle(architecture, 1)));
  const signed = new Uint8Array(await readFile(at('signed.ddnn')));
  // Another network under a right hash, with a signature that was one of ours.
  await writeFile(at('forged.ddnn'), withSignature(randomBundle(architecture, 2), splitSignature(signed).signature!));
  signed[signed.length >> 1] ^= 1;
  await writeFile(at('damaged.ddnn'), signed);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Settings = Readonly<Record<string, unknown>>;
const roles = {
  agent: (bundle: string): Settings => ({
    bundle,
    device: 'c',
    view: 0,
    'camera.kind': 'simulated',
    'edge.url': 'mqtt://127.0.0.1:1',
  }),
  edge: (bundle: string): Settings => ({
    bundle,
    'outbox.folder': at(`outbox-${path.basename(bundle)}`),
    'mqtt.port': 0,
  }),
  cloud: (bundle: string): Settings => ({ bundle, 'store.file': ':memory:', 'uplink.port': 0, 'http.port': 0 }),
};
type Role = keyof typeof roles;

/** Starts a tier in this process and stops it again; gives what it has logged. Throws what ends its start. */
async function start(role: Role, flags: Settings): Promise<string> {
  let logged = '';
  const stream = new Writable({
    write(chunk, _, done) {
      logged += chunk;
      done();
    },
  });
  const logger = pino({}, stream);
  const sources = { env: {}, flags };
  const tier = {
    agent: () => new Agent(loadConfig(AgentConfigSchema, sources), { logger }),
    edge: () => new Edge(loadConfig(EdgeConfigSchema, sources), { logger }),
    cloud: () => new Cloud(loadConfig(CloudConfigSchema, sources), { logger }),
  }[role]();
  await tier.start();
  await tier.stop();
  return logged;
}

const fault = (code: string, ...words: string[]) =>
  expect.objectContaining({
    code,
    userFault: true,
    message: expect.stringMatching(new RegExp(words.map((word) => `(?=.*${word})`).join(''))),
  });

describe.each(Object.keys(roles) as Role[])('A tier that trusts one key (%s)', (role) => {
  const settings = roles[role];

  it('does not start with a bundle that somebody has changed: exit code 2, and file, key and advice in one line', async () => {
    const set = Object.entries({ ...settings(at('forged.ddnn')), bundleKeys: at('ours.pub') });
    const { code, stderr } = await ddnn([role, '--set', ...set.map(([key, value]) => `${key}=${value}`)]);
    expect(code, stderr).toBe(2);
    const { level, code: known, msg } = JSON.parse(stderr.trim().split('\n').at(-1)!);
    expect([level, known]).toEqual([60, 'DDNN_BUNDLE_SIGNATURE']);
    for (const word of [at('forged.ddnn'), ours.keyId, 'get it again']) expect(msg).toContain(word);
  });

  it('does not start with one that is unsigned, damaged, or signed by a stranger', async () => {
    const bundleKeys = [at('ours.pub')];
    const started = (name: string) => start(role, { ...settings(at(`${name}.ddnn`)), bundleKeys });
    await expect(started('unsigned')).rejects.toEqual(
      fault('DDNN_BUNDLE_UNSIGNED', 'unsigned.ddnn', ours.keyId, 'bundle sign'),
    );
    await expect(started('stranger')).rejects.toEqual(
      fault('DDNN_BUNDLE_SIGNER', 'stranger.ddnn', ours.keyId, theirs.keyId),
    );
    await expect(started('damaged')).rejects.toEqual(fault('DDNN_BUNDLE_DAMAGED', 'damaged.ddnn', 'copy it again'));
  });

  it('starts with one that the key has signed, given as a file or as text, among others', async () => {
    for (const bundleKeys of [[at('ours.pub')], `${theirs.key},${ours.key}`]) {
      expect(await start(role, { ...settings(at('signed.ddnn')), bundleKeys })).not.toContain('not checked');
    }
  });

  it('starts with any bundle where it trusts no key, and says once that it does not check', async () => {
    for (const name of ['unsigned', 'stranger', 'forged']) {
      expect((await start(role, settings(at(`${name}.ddnn`)))).split('not checked')).toHaveLength(2);
    }
  });
});

describe('Keys that a tier trusts', () => {
  it('hold for the bundle before, too', async () => {
    const cloud = { ...roles.cloud(at('signed.ddnn')), bundleKeys: at('ours.pub'), epoch: 2 };
    const rollout = (name: string) => start('cloud', { ...cloud, previousBundle: at(name) });
    await expect(rollout('forged.ddnn')).rejects.toEqual(fault('DDNN_BUNDLE_SIGNATURE', 'forged.ddnn'));
    expect(await rollout('signed.ddnn')).not.toContain('not checked');
  });

  it.each([
    ['a private key', 'ours', 'DDNN_BUNDLE_KEY'],
    ['a file that is not there', 'nobody.pub', 'DDNN_PROCESS_FILE'],
    ['a file that is no key', 'unsigned.ddnn', 'DDNN_BUNDLE_KEY'],
  ])('must not be %s', async (_, name, code) => {
    const started = start('edge', { ...roles.edge(at('signed.ddnn')), bundleKeys: at(name) });
    await expect(started).rejects.toEqual(fault(code, name));
    const secret = readFileSync(at('ours'), 'utf8').split('\n')[1];
    await expect(started).rejects.not.toThrow(secret);
  });

  it('must be some: an empty list would trust nobody', async () => {
    const started = start('edge', { ...roles.edge(at('signed.ddnn')), bundleKeys: [] });
    await expect(started).rejects.toEqual(fault('DDNN_CONFIG_VALUE', 'bundleKeys'));
  });
});

describe('ddnn bundle', () => {
  it('signs without changing what the bundle is, and inspect says by whom', async () => {
    const before = openBundle(await readFile(at('unsigned.ddnn')));
    const shown = await ddnnJson<object>(['bundle', 'inspect', at('signed.ddnn')]);
    expect(shown).toMatchObject({ id: before.id, signature: { keyId: ours.keyId, fits: true } });
    const { stdout } = await ddnn(['bundle', 'inspect', at('forged.ddnn')]);
    expect(stdout).toContain(`a signature of key ${ours.keyId} that is not one of this content`);
  });

  it('verifies with any of the keys that it is given', async () => {
    await writeFile(at('theirs.pub'), `${theirs.key}\n`);
    const keys = ['--key', at('theirs.pub'), at('ours.pub')];
    expect(await ddnnJson(['bundle', 'verify', at('signed.ddnn'), ...keys])).toMatchObject({ keyId: ours.keyId });
    const { code, stdout, stderr } = await ddnn(['bundle', 'verify', at('forged.ddnn'), ...keys]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('DDNN_BUNDLE_SIGNATURE');
  });
});

it('ddnn train and ddnn calibrate sign what they write', async () => {
  await ddnnJson(['simulate', '--out', at('street'), '--samples', '20', '--size', '16', '--seed', '3']);
  const data = ['--data', at('street/manifest.csv'), '--views', '0,3'];
  const signed = ['--sign', at('ours')];
  const trained = await ddnnJson(['train', ...data, '--epochs', '1', '--out', at('trained.ddnn'), ...signed]);
  expect(trained).toMatchObject({ keyId: ours.keyId, bytes: (await stat(at('trained.ddnn'))).size });
  const goal = ['--accuracy-loss', '0.5', '--bundle', at('trained.ddnn')];
  await ddnnJson(['calibrate', ...data, ...goal, '--out', at('calibrated.ddnn'), ...signed]);
  for (const name of ['trained', 'calibrated']) {
    openBundle(await readFile(at(`${name}.ddnn`)), name, [parsePublicKey({ name: 'ours', text: ours.key })]);
  }
});
