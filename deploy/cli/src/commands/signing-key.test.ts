import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parsePublicKey } from '@ddnn/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../terminal/failure.js';
import { makeSigningKey, readSigningKey } from './signing-key.js';

let folder: string;
const at = (name: string) => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ddnn-key-'));
  await makeSigningKey(at('site'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function refused(work: Promise<unknown>, ...words: string[]): Promise<void> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  for (const word of words) expect((error as Error).message).toContain(word);
}

describe('A new signing key', () => {
  it('is for its owner only, whatever the umask is, and its public half is beside it', async () => {
    const umask = process.umask(0);
    try {
      const made = await makeSigningKey(at('new'));
      expect((await stat(at('new'))).mode & 0o777).toBe(0o600);
      const text = await readFile(at('new.pub'), 'utf8');
      expect(parsePublicKey({ name: 'new.pub', text })).toEqual(made);
      expect((await readSigningKey('--key', at('new'))).publicKey).toEqual(made);
    } finally {
      process.umask(umask);
    }
  });

  it('is never written over another, or half', async () => {
    const before = await readFile(at('site'), 'utf8');
    await refused(makeSigningKey(at('site')), at('site'), 'exists');
    expect(await readFile(at('site'), 'utf8')).toBe(before);
    await writeFile(at('half.pub'), 'somebody’s');
    await refused(makeSigningKey(at('half')), at('half.pub'), 'exists');
    await expect(stat(at('half'))).rejects.toThrow('ENOENT');
  });
});

describe('A signing key is refused', () => {
  it('that others can read', async () => {
    await writeFile(at('open'), await readFile(at('site')), { mode: 0o640 });
    await refused(readSigningKey('--key', at('open')), '--key', at('open'), 'chmod 600');
  });

  it('that is public, of another kind, no key, or not there', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    const wrong = {
      public: [await readFile(at('site.pub')), 'not a private key'],
      rsa: [rsa.export({ type: 'pkcs8', format: 'pem' }), 'rsa, expected Ed25519'],
      text: ['no key at all', 'not a private key'],
    } as const;
    for (const [name, [content, why]] of Object.entries(wrong)) {
      await writeFile(at(name), content, { mode: 0o600 });
      await refused(readSigningKey('--sign', at(name)), '--sign', at(name), why);
    }
    await refused(readSigningKey('--key', at('none')), at('none'), 'cannot be read');
  });
});
