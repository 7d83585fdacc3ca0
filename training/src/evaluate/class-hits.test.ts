import { expect, test } from 'vitest';
import { balancedAccuracyOfExits, hitsOfClasses } from './class-hits.js';
import type { EveryExit } from './every-exit.js';

const says = (local: number, cloud: number) =>
  ({ local: { classIndex: local }, edge: undefined, cloud: { classIndex: cloud } }) as unknown as EveryExit;
const labels = [0, 0, 0, 1];
const asked = [says(0, 0), says(0, 1), says(1, 0), says(0, 1)];

test('hits are counted for each class, for the site and each exit that there is', () => {
  expect(hitsOfClasses(asked, labels, [true, true, false, false], ['car', 'bus', 'van'])).toEqual({
    car: { samples: 3, overall: 2, local: 2, cloud: 2 },
    bus: { samples: 1, overall: 0, local: 0, cloud: 1 },
    van: { samples: 0, overall: 0, local: 0, cloud: 0 },
  });
});

test('an exit that always says the common class has the balanced accuracy of a guess', () => {
  const common = [says(0, 0), says(0, 0), says(0, 0), says(0, 1)];
  expect(balancedAccuracyOfExits(common, labels)).toEqual({ local: 0.5, cloud: 1 });
});

test('a sample that nobody sees is right for no exit', () => {
  expect(balancedAccuracyOfExits([...asked, undefined], [...labels, 1]).cloud).toBeCloseTo((2 / 3 + 1 / 2) / 2);
});
