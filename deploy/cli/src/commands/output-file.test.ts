import { link, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openOutput } from './output-file.js';

let folder: string;
const at = (...names: string[]) => path.join(folder, ...names);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ddnn-output-'));
  await mkdir(at('images'));
  for (const name of ['images/a.png', 'b.ddnn', 'c.ddnn', 'arch.yaml']) await writeFile(at(name), name);
  await writeFile(at('m.csv'), 'sample,label,view0\n1,car,images/a.png\n2,bus,\n');
  await symlink('m.csv', at('link.csv'));
  await link(at('b.ddnn'), at('hard.ddnn'));
  await mkdir(at('mnist'));
  await writeFile(at('mnist/t10k-labels-idx1-ubyte.gz'), '');
});
afterAll(() => rm(folder, { recursive: true }));

const open = (file: string, beside: string[] = []) => {
  const inputs = { data: at('m.csv'), bundle: [at('b.ddnn'), at('c.ddnn')], arch: at('arch.yaml') };
  return openOutput('--out', file, inputs, beside);
};

it.each([
  ['m.csv', '--data'],
  ['link.csv', '--data'],
  ['images/../m.csv', '--data'],
  ['images/a.png', 'a file of --data'],
  ['hard.ddnn', '--bundle'],
  ['c.ddnn', '--bundle'],
  ['arch.yaml', '--arch'],
])('refuses %s, which is an input, and keeps it', async (name, says) => {
  const before = await readFile(at(name));
  const reason = { userFault: true, message: expect.stringMatching(`^--out is also ${says}: `) };
  await expect(open(at(name))).rejects.toMatchObject(reason);
  await expect(open(at('new'), [at(name)])).rejects.toMatchObject(reason);
  expect(await readFile(at(name))).toEqual(before);
});

it('refuses a file of MNIST, packed or not', async () => {
  const file = at('mnist/t10k-labels-idx1-ubyte.gz');
  await expect(openOutput('--out', file, { data: `mnist6:${at('mnist')}` })).rejects.toThrow(
    'is also a file of --data',
  );
});

it('refuses where a further file that it writes cannot be written', async () => {
  await expect(open(at('new'), [at('images')])).rejects.toThrow(/^--out .*images: it is a folder/);
  await expect(open(at('new'), [at('n'.repeat(256))])).rejects.toThrow(/^--out .*ENAMETOOLONG/);
});

it('refuses an input among several data sets', async () => {
  const data = [at('none.csv'), at('m.csv')];
  await expect(openOutput('--svg', at('images/a.png'), { data })).rejects.toThrow('--svg is also a file of --data');
});

it('names the option and the reason where nothing can be written', async () => {
  await expect(open(at('none/x'))).rejects.toThrow(/^--out .*there is no folder/);
  await expect(open(at('images'))).rejects.toThrow(/^--out .*it is a folder/);
});

it('writes, and names them too where the disk is full in the end', async () => {
  const output = await open(at('x'));
  await output.write('text');
  expect(await readFile(at('x'), 'utf8')).toBe('text');
  if (process.platform !== 'linux') return;
  const full = await openOutput('--out', '/dev/full', {});
  await expect(full.write('text')).rejects.toMatchObject({
    userFault: true,
    message: expect.stringMatching(/^--out \/dev\/full: .*ENOSPC/),
  });
});
