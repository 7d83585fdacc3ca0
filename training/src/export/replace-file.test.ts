import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFile, whyNotReplaceable } from './replace-file.js';

let folder: string;
const at = (...names: string[]) => path.join(folder, ...names);
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ddnn-replace-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('replaceFile', () => {
  it('puts the new file in the place of the old one, with its rights, and leaves nothing else', async () => {
    await writeFile(at('a'), 'old');
    await chmod(at('a'), 0o640);
    await replaceFile(at('a'), new Uint8Array([110, 101, 119]));
    await replaceFile(at('b'), 'text');
    expect([await readFile(at('a'), 'utf8'), await readFile(at('b'), 'utf8')]).toEqual(['new', 'text']);
    expect((await stat(at('a'))).mode & 0o777).toBe(0o640);
    expect((await readdir(folder)).sort()).toEqual(['a', 'b']);
  });

  it('writes behind a link, and takes another name from the old file rather than its content', async () => {
    await writeFile(at('a'), 'old');
    await symlink('a', at('link'));
    await link(at('a'), at('other'));
    await replaceFile(at('link'), 'new');
    const texts = await Promise.all(['a', 'link', 'other'].map((name) => readFile(at(name), 'utf8')));
    expect(texts).toEqual(['new', 'new', 'old']);
  });

  it.runIf(process.platform === 'linux')('keeps the old file and no draft where there is no room', async () => {
    await expect(replaceFile('/dev/full', 'text')).rejects.toMatchObject({ code: 'ENOSPC' });
    expect((await stat('/dev/full')).isCharacterDevice()).toBe(true);
    await mkdir(at('a'));
    await expect(replaceFile(at('a/'), 'text')).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['a']);
  });
});

describe('whyNotReplaceable', () => {
  it('says nothing where a file can be written, and leaves nothing behind', async () => {
    await writeFile(at('a'), 'old');
    await symlink('a', at('link'));
    for (const name of ['a', 'link', 'new', 'n'.repeat(255)]) expect(await whyNotReplaceable(at(name))).toBeUndefined();
    expect((await readdir(folder)).sort()).toEqual(['a', 'link']);
  });

  it.each([
    ['none/a', 'there is no folder'],
    ['a/b', 'is not a folder'],
    ['sub', 'it is a folder'],
    ['sub/', 'it is a folder'],
    ['new/', 'it is a folder'],
    ['nowhere', 'ENOENT'],
    ['round', 'ELOOP'],
    ['n'.repeat(256), 'ENAMETOOLONG'],
  ])('says why not %s', async (name, says) => {
    await writeFile(at('a'), '');
    await mkdir(at('sub'));
    await symlink('gone', at('nowhere'));
    await symlink('round', at('round'));
    expect(await whyNotReplaceable(folder + path.sep + name)).toContain(says);
  });

  it('says that no name is none', async () => {
    expect(await whyNotReplaceable('')).toBe('it has no name');
  });

  // Root may write anywhere but here.
  it.runIf(process.platform === 'linux')('says why not in a folder that takes no file', async () => {
    expect(await whyNotReplaceable('/proc/ddnn.csv')).toContain("it can't be written");
  });
});
