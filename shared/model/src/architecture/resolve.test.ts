import { describe, expect, it } from 'vitest';
import type { Architecture } from './architecture.js';
import { edgeGroup, edgeGroups, resolveArchitecture } from './resolve.js';

const open: Architecture = {
  name: 'street',
  input: { height: 8, width: 8, channels: 3 },
  device: { section: [{ convp: { filters: 2 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [] },
};
const data = { views: 3, classes: ['car', 'bus'] };
const edge = (groups?: number[][]): Architecture => ({
  ...open,
  edge: { aggregator: 'max', section: [{ fc: { units: 3 } }], ...(groups && { groups }) },
});

describe('resolving an architecture', () => {
  it('takes views and classes from the data', () => {
    expect(resolveArchitecture(open, data)).toEqual({ ...open, views: 3, classes: ['car', 'bus'] });
    expect(open).not.toHaveProperty('views');
  });

  it('keeps its own order of classes, and classes that the data lack', () => {
    const own = { ...open, classes: ['bus', 'bike', 'car'] };
    expect(resolveArchitecture(own, data).classes).toEqual(['bus', 'bike', 'car']);
  });

  it('takes a word composed and decomposed as one class', () => {
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
    const resolved = resolveArchitecture({ ...open, classes: [decomposed, 'bus'] }, { views: 3, classes: [composed] });
    expect(resolved.classes).toEqual([composed, 'bus']);
    const both = { views: 3, classes: [composed, decomposed] };
    expect(() => resolveArchitecture(open, both)).toThrow('classes must not have duplicate items');
  });

  it.each<[string, Architecture, { views: number; classes: string[] }, string]>([
    ['other views', { ...open, views: 6 }, data, 'street: views is 6, the data have 3'],
    ['an unknown label', { ...open, classes: ['car'] }, data, 'street: classes lacks the data\'s label "bus"'],
    ['too many views', open, { ...data, views: 33 }, 'street: views must be <= 32'],
    ['no views', open, { ...data, views: 0 }, 'street: views must be >= 1'],
    ['no classes', open, { ...data, classes: [] }, 'street: classes must not have fewer than 1 items'],
    ['a label twice', open, { ...data, classes: ['car', 'car'] }, 'street: classes must not have duplicate items'],
    [
      'a local exit without device section',
      { ...open, device: { section: [] } },
      data,
      'street: a local exit needs a device section',
    ],
    [
      'a view in two groups',
      edge([
        [0, 1],
        [1, 2],
      ]),
      data,
      'street: edge.groups must name each view from 0 to 2 once',
    ],
    [
      'a stand-in beside the largest score',
      { ...open, local: { aggregator: 'max', missing: 'learned' } },
      data,
      'street: local.missing: learned needs local.aggregator: concat',
    ],
    [
      'a stand-in in an average',
      { ...open, cloud: { aggregator: 'average', missing: 'learned', section: [] } },
      data,
      'street: cloud.missing: learned needs cloud.aggregator: concat',
    ],
    [
      'a stand-in for pixels',
      { ...open, local: undefined, device: { section: [] }, cloud: { ...open.cloud, missing: 'learned' } },
      data,
      'street: cloud.missing: learned needs a device section, for pixels have no stand-in',
    ],
    ['a view in no group', edge([[0], [2]]), data, 'street: edge.groups must name each view from 0 to 2 once'],
    [
      'a group with a view too many',
      edge([
        [0, 1],
        [2, 3],
      ]),
      data,
      'street: edge.groups must name each view from 0 to 2 once',
    ],
  ])('refuses %s', (_, architecture, its, message) => {
    const expected = expect.objectContaining({ code: 'DDNN_ARCHITECTURE_VALUE', message });
    expect(() => resolveArchitecture(architecture, its)).toThrow(expected);
  });
});

describe('learned stand-ins', () => {
  it('have a place where features or scores stand side by side, above pixels too where an edge is between', () => {
    const cloud = { ...open.cloud, missing: 'learned' as const };
    const local = { aggregator: 'concat' as const, missing: 'learned' as const };
    expect(resolveArchitecture({ ...open, local, cloud }, data)).toMatchObject({ local, cloud });
    const abovePixels = { ...edge(), local: undefined, device: { section: [] }, cloud };
    expect(resolveArchitecture(abovePixels, data)).toMatchObject({ cloud });
  });
});

describe('edge groups', () => {
  it('are one with every view where the architecture names none', () => {
    expect(edgeGroups(resolveArchitecture(open, data))).toEqual([[0, 1, 2]]);
    expect(edgeGroups(resolveArchitecture(edge(), data))).toEqual([[0, 1, 2]]);
  });

  it('keep their order', () => {
    const groups = [[2], [1, 0]];
    const resolved = resolveArchitecture(edge(groups), data);
    expect(edgeGroups(resolved)).toEqual(groups);
    expect(edgeGroup(resolved, 1)).toEqual([1, 0]);
  });

  it('have no group beyond the last', () => {
    const unfit = expect.objectContaining({
      code: 'DDNN_BUNDLE_UNFIT',
      message: 'edge 1: the bundle has edges 0 to 0',
    });
    expect(() => edgeGroup(resolveArchitecture(open, data), 1)).toThrow(unfit);
  });
});
