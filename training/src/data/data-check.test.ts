import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodePng } from '@ddnn/images';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkData, isKeptForTest } from './data-check.js';
import { createRandom } from './random.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ddnn-check-'));
  for (let i = 0; i < 8; i++) {
    const random = createRandom(i);
    const data = Uint8Array.from({ length: 8 * 8 * 3 }, () => 255 * random());
    await writeFile(path.join(folder, `${i}.png`), encodePng({ width: 8, height: 8, data }));
  }
  await writeFile(path.join(folder, 'wide.png'), encodePng({ width: 8, height: 4, data: new Uint8Array(96) }));
  await writeFile(path.join(folder, 'broken.png'), 'no picture');
});
afterAll(() => rm(folder, { recursive: true }));

async function manifest(name: string, lines: string[]): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
}

test('Every bad row is told, not only the first', async () => {
  const file = await manifest('bad.csv', [
    'sample,label,split,view0,view1',
    'a,car,train,0.png,',
    'a,car,train,1.png,',
    'b,zebra,train,1.png,',
    'c,car,train,gone.png,broken.png',
    'd,car,train,,',
    'e,,train,2.png,',
    ',car,train,2.png,',
    'f,car,train,2.png',
    'g,bus,train,3.png,4.png',
  ]);
  const report = await checkData(file, { classes: ['car', 'bus'] });
  expect(report.problems.map(({ code }) => code)).toEqual([
    'DDNN_MANIFEST_DUPLICATE_SAMPLE',
    'DDNN_MANIFEST_LABEL',
    'DDNN_MANIFEST_SAMPLE',
    'DDNN_MANIFEST_CELLS',
    'DDNN_MANIFEST_UNKNOWN_LABEL',
    'DDNN_IMAGE_FILE',
    'DDNN_IMAGE_UNKNOWN_FORMAT',
    'DDNN_RECORDING_EMPTY',
  ]);
  const lines = report.problems.map(({ message }) => Number(/(?:line |csv:)(\d+)/.exec(message)?.[1]));
  expect(lines).toEqual([3, 7, 8, 9, 4, 5, 5, 6]);
  expect(report.samples).toBe(4);
});

test('A class of any name is counted', async () => {
  const file = await manifest('names.csv', [
    'sample,label,split,view0',
    'a,constructor,train,0.png',
    'b,car,train,1.png',
    'c,constructor,test,0.png',
  ]);
  const { counts, copies } = await checkData(file);
  expect(counts).toEqual({ train: { constructor: 1, car: 1 }, test: { constructor: 1, car: 0 } });
  expect({ ...copies.test.byClass }).toEqual({ constructor: { compared: 1, copies: 1 } });
});

test('A manifest of nothing but bad rows is reported, one without a header is refused', async () => {
  const report = await checkData(await manifest('all-bad.csv', ['sample,label,view0', 'a,,0.png', ',car,0.png']));
  expect(report).toMatchObject({ samples: 0, classes: [], problems: [{}, {}] });
  await expect(checkData(await manifest('no-header.csv', ['a,b']))).rejects.toMatchObject({
    code: 'DDNN_MANIFEST_COLUMN',
  });
});

test('Counts, presence, sizes and near copies are told by class', async () => {
  const file = await manifest('good.csv', [
    'sample,object,label,split,view0,view1',
    'a,o1,car,train,0.png,',
    'b,o1,car,train,1.png,2.png',
    'c,o2,bus,train,,3.png',
    'd,o1,car,test,0.png,',
    'e,o3,bus,test,,4.png',
    'f,o3,bus,test,,wide.png',
  ]);
  const report = await checkData(file);
  expect(report.problems).toEqual([]);
  expect(report.counts).toEqual({ train: { car: 2, bus: 1 }, test: { car: 1, bus: 2 } });
  expect(report.seen).toEqual({ all: [0.5, 4 / 6], byClass: { car: [1, 1 / 3], bus: [0, 1] } });
  expect(report.sizes).toEqual([
    { width: 8, height: 8, pictures: 6 },
    { width: 8, height: 4, pictures: 1 },
  ]);
  expect(report.presence).toEqual({ accuracy: 1, majority: 1 / 3, samples: 3 });
  expect(report.copies.test).toMatchObject({ compared: 3, copies: 1, byClass: { car: { compared: 1, copies: 1 } } });
  expect(report.pairs).toEqual([{ sample: 'd', split: 'test', label: 'car', of: 'a', ofLabel: 'car', distance: 0 }]);
  const warned = report.warnings.join('\n');
  for (const words of ['2 different aspects', 'only which cameras', '1 of 3 groups', '33.3 % of test nearly repeat']) {
    expect(warned).toContain(words);
  }
});

test('What spoils a figure is warned of: rare, misspelt and missing classes, blind cameras, contradicting labels', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => `s${i},car,train,${i % 7}.png,`);
  const file = await manifest('odd.csv', [
    'sample,label,split,view0,view1',
    ...rows,
    'b,bus,train,7.png,',
    'c,Car,test,0.png,',
  ]);
  const warned = (await checkData(file)).warnings.join('\n');
  for (const words of [
    'class "bus" has 1 row of 41 in train',
    'class "bus" has no row in test',
    'class "Car" has no row in train',
    'classes "car" and "Car"',
    'view1 sees nothing',
    'different labels, such as "c" and "s0"',
  ]) {
    expect(warned).toContain(words);
  }
});

test.each([
  [['Training', 'Test', 'Test'], 'Training'],
  [['VALIDATION', 'testing', 'dev'], 'dev'],
  [['test', 'test', 'val'], 'test'],
  [['training', 'train', 'Training'], 'train'],
])('Of the splits %j the part to train on is %s', async (splits, training) => {
  const rows = splits.map((split, i) => `s${i},${i % 2 ? 'car' : 'bus'},${split},${i}.png`);
  const report = await checkData(await manifest('splits.csv', ['sample,label,split,view0', ...rows]));
  expect(report.training).toBe(training);
});

test('What is kept for a test is known in any spelling', () => {
  const kept = ['test', 'Testing', 'VAL', 'valid', 'Validation'];
  expect([...kept, 'train', 'Training', 'all', ''].filter(isKeptForTest)).toEqual(kept);
});

test('One class only is told, and a class of one row', async () => {
  const one = await checkData(await manifest('one.csv', ['sample,label,view0', 'a,car,0.png', 'b,car,1.png']));
  expect(one.warnings).toEqual(['there is one class, "car": a network needs two to tell apart']);
  const two = await checkData(await manifest('two.csv', ['sample,label,view0', 'a,car,0.png', 'b,bus,1.png']));
  expect(two.warnings).toContain('class "bus" has 1 row in all: none is left to judge it by');
});

test('Without a split column nothing is compared, and presence is answered row by row', async () => {
  const file = await manifest('plain.csv', [
    'sample,label,view0,view1',
    'a,car,0.png,',
    'b,car,0.png,',
    'c,bus,,1.png',
  ]);
  const report = await checkData(file);
  expect(report).toMatchObject({ training: 'all', copies: {}, pairs: [], counts: { all: { car: 2, bus: 1 } } });
  expect(report.presence.samples).toBe(3);
});

const data = process.env.DDNN_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const missing = existsSync(data) ? '' : ` (skipped: no data in ${data}; set DDNN_DATA)`;

describe.skipIf(missing)(`the real data sets${missing}`, () => {
  test('About three quarters of the test cars of the random split have a near copy in training, no person has', async () => {
    const report = await checkData(path.join(data, 'epfl6/manifest.csv'), { splitColumn: 'split_random' });
    expect(report.problems).toEqual([]);
    const { car, person } = report.copies.test.byClass;
    expect(car.copies / car.compared).toBeGreaterThan(0.7);
    expect(car.copies / car.compared).toBeLessThan(0.8);
    expect(person.copies).toBe(0);
    expect(report.presence.accuracy).toBeGreaterThan(0.84);
    expect(report.presence.accuracy).toBeLessThan(0.91);
    expect(report.warnings.join('\n')).toContain('55.0 % of test nearly repeat a row of train');
  });

  test('Objects of ETH-80 that stand on one side only have no near copies on the other', async () => {
    const report = await checkData(path.join(data, 'eth80/mixed6.csv'));
    expect(report).toMatchObject({ problems: [], warnings: [], copies: { val: { compared: 64, copies: 0 } } });
  });
});
