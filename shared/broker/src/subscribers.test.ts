import { describe, expect, it } from 'vitest';
import { covers, Subscribers } from './subscribers.js';

describe('a filter', () => {
  it.each([
    ['s/0', 's/0', true],
    ['s/0', 's/1', false],
    ['s/0', 's/0/x', false],
    ['s', 's/0', false],
    ['s/0/x', 's/0', false],
    ['#', 's/0', true],
    ['s/#', 's/0', true],
    ['s/#', 's', true],
    ['s/0/#', 's/0', true],
    ['t/#', 's/0', false],
    ['+', 's/0', false],
    ['+/+', 's/0', true],
    ['+/1', 's/0', false],
    ['/s/0', 's/0', false],
    ['s/0/', 's/0', false],
  ])('%s covers %s: %s', (filter, topic, expected) => {
    expect(covers(filter, topic)).toBe(expected);
  });
});

describe('subscribers', () => {
  it('of a topic are the clients with a filter for it, at the highest QoS of those', () => {
    const subscribers = new Subscribers<string>();
    subscribers.add('a', '#', 0);
    subscribers.add('a', 's/0', 1);
    subscribers.add('b', 's/+', 0);
    subscribers.add('c', 't/0', 0);
    subscribers.add('d', 's/0', 128);
    expect([...subscribers.of('s/0')]).toEqual([
      ['a', 1],
      ['b', 0],
    ]);
    subscribers.remove('a', 's/0');
    subscribers.remove('b', 'never');
    expect(subscribers.of('s/0').get('a')).toBe(0);
    const { version } = subscribers;
    subscribers.drop('a');
    expect(subscribers.version).toBeGreaterThan(version);
    expect([...subscribers.of('s/0').keys()]).toEqual(['b']);
  });
});
