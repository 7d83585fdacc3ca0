import { describe, expect, it } from 'vitest';
import { edgeReport, type SiteReport, siteAnswer } from './site-rule.js';

type Report = SiteReport<string>;
const report = (exit: Report['exit'], edge: string, classIndex = 0, uncertainty = 0.1): Report => ({
  edge,
  exit,
  classIndex,
  uncertainty,
});
const local = (edge: string, classIndex: number, uncertainty: number) => report('local', edge, classIndex, uncertainty);
const edge = (name: string, classIndex: number, uncertainty: number) => report('edge', name, classIndex, uncertainty);
const left = (name: string, classIndex: number, uncertainty: number) =>
  report('fallback', name, classIndex, uncertainty);
const features = (name: string) => report('cloud', name);
const nothing = (name: string) => report('none', name, 255, 0);
const asked = (of: Report): Report => ({ ...of, asked: true });

interface Case {
  readonly says: string;
  readonly reports: readonly Report[];
  readonly answer: object;
}

const cases: readonly Case[] = [
  { says: 'one edge is sure', reports: [local('a', 2, 0.3)], answer: { edge: 'a', exit: 'local', classIndex: 2 } },
  { says: 'one edge sends features', reports: [features('a')], answer: { edge: 'a', exit: 'cloud' } },
  { says: 'one edge has none', reports: [left('a', 1, 0.9)], answer: { edge: 'a', exit: 'fallback', classIndex: 1 } },
  { says: 'one edge sees nothing', reports: [nothing('a')], answer: { edge: 'a', exit: 'local', classIndex: 255 } },
  {
    says: 'all are sure: the most confident class, as sure as the least sure',
    reports: [local('a', 1, 0.3), local('b', 2, 0.1), local('c', 3, 0.2)],
    answer: { edge: 'b', exit: 'local', classIndex: 2, uncertainty: 0.3 },
  },
  {
    says: 'all are sure and two alike: the first in the order of the bundle',
    reports: [local('a', 1, 0.2), local('b', 2, 0.2)],
    answer: { edge: 'a', exit: 'local', classIndex: 1, uncertainty: 0.2 },
  },
  {
    says: 'two are alike as float32, which is how they travel',
    reports: [local('a', 1, 0.2 + 1e-12), local('b', 2, 0.2)],
    answer: { edge: 'a', classIndex: 1 },
  },
  {
    says: 'all are sure, one of them by its edge exit: an answer of the edges',
    reports: [local('a', 1, 0.1), edge('b', 2, 0.4)],
    answer: { edge: 'a', exit: 'edge', classIndex: 1, uncertainty: 0.4 },
  },
  {
    says: 'one sees nothing: the other answers alone',
    reports: [nothing('a'), edge('b', 2, 0.4)],
    answer: { edge: 'b', exit: 'edge', classIndex: 2, uncertainty: 0.4 },
  },
  {
    says: 'one is unsure: the cloud, once it has the features of the sure ones',
    reports: [local('a', 1, 0.1), features('b'), edge('c', 1, 0.2)],
    answer: { edge: 'b', exit: 'cloud', ask: ['a', 'c'] },
  },
  {
    says: 'the sure one did not send what it was asked for: the cloud without it',
    reports: [asked(local('a', 1, 0.1)), features('b')],
    answer: { edge: 'b', exit: 'cloud' },
  },
  {
    says: 'two have sent features: the cloud, put down to the first',
    reports: [nothing('a'), features('b'), features('c')],
    answer: { edge: 'b', exit: 'cloud' },
  },
  {
    says: 'one is unsure without features, one has them: the cloud',
    reports: [left('a', 1, 0.5), features('b')],
    answer: { edge: 'b', exit: 'cloud' },
  },
  {
    says: 'one is unsure without features, one is sure: the sure one',
    reports: [left('a', 1, 0.01), local('b', 2, 0.1)],
    answer: { edge: 'b', exit: 'local', classIndex: 2 },
  },
  {
    says: 'nobody is sure or has features: the best so far',
    reports: [left('a', 1, 0.9), left('b', 2, 0.8)],
    answer: { edge: 'b', exit: 'fallback', classIndex: 2, uncertainty: 0.8 },
  },
  {
    says: 'nobody sees anything',
    reports: [nothing('a'), nothing('b')],
    answer: { edge: 'a', exit: 'local', classIndex: 255, uncertainty: 0 },
  },
];

describe('the rule of a site where', () => {
  it.each(cases)('$says', ({ reports, answer }) => {
    const found = siteAnswer(reports);
    expect(found).toMatchObject(answer);
    expect('ask' in found).toBe('ask' in answer);
  });

  it.each(['local', 'edge', 'cloud', 'fallback'] as const)(
    'one edge says %s, allocates nothing: its report is the answer',
    (exit) => {
      const own = report(exit, 'a');
      expect(siteAnswer([own])).toBe(own);
    },
  );
});

describe('the report of an edge', () => {
  const [low, high] = [
    { classIndex: 1, uncertainty: 0.4 },
    { classIndex: 2, uncertainty: 0.1 },
  ];

  it('is what its lowest sure exit answers, else its features', () => {
    expect(edgeReport('a', low, high)).toEqual({ edge: 'a', exit: 'local', ...low });
    expect(edgeReport('a', undefined, high)).toEqual({ edge: 'a', exit: 'edge', ...high });
    expect(edgeReport('a', undefined, undefined).exit).toBe('cloud');
  });
});
