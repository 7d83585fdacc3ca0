import { describe, expect, it } from 'vitest';
import { Audiences, covers, type Subscriber } from './audience.js';
import type { Outlet } from './outlet.js';

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

describe('the audience of a topic', () => {
  const audiences = () => {
    const all = new Audiences();
    const clients: Record<string, Subscriber & { filters: Map<string, number> }> = {};
    for (const name of ['a', 'b', 'c']) clients[name] = { filters: new Map(), outlet: name as unknown as Outlet };
    const change = (name: string, filter: string, qos?: number) => {
      if (qos === undefined) clients[name].filters.delete(filter);
      else clients[name].filters.set(filter, qos);
      all.update(clients[name], filter);
    };
    return { all, clients, change };
  };

  it('are the clients with a filter for it, and it is sure where one of them wants more than QoS 0', () => {
    const { all, clients, change } = audiences();
    change('a', '#', 0);
    change('b', 's/+', 0);
    change('c', 't/0', 1);
    const audience = all.of('s/0', Object.values(clients));
    expect([audience.outlets, audience.sure]).toEqual([['a', 'b'], false]);
    change('a', 's/0', 1);
    expect([audience.outlets, audience.sure]).toEqual([['a', 'b'], true]);
    change('a', 's/0');
    expect([audience.outlets, audience.sure]).toEqual([['a', 'b'], false]);
    change('b', 's/+');
    expect(audience.outlets).toEqual(['a']);
    all.drop(clients.a);
    expect(audience.outlets).toEqual([]);
    expect(all.of('s/0', [])).toBe(audience);
  });

  it('does not look at other filters, nor at other clients, when a filter elsewhere comes or goes', () => {
    const { all, clients, change } = audiences();
    change('a', '#', 0);
    change('b', '#', 0);
    const audience = all.of('s/0', Object.values(clients));
    const { outlets } = audience;
    for (const { filters } of Object.values(clients)) {
      Object.assign(filters, { [Symbol.iterator]: () => expect.unreachable('looked') });
    }
    for (let n = 0; n < 100; n++) change('c', `t/${n}`, 1);
    for (let n = 0; n < 100; n++) change('c', `t/${n}`);
    expect(audience.outlets).toBe(outlets);
  });
});
