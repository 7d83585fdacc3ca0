import { expect, it } from 'vitest';
import { faultKinds, killsOf, planFaults } from './fault-plan.js';

const plan = (seed: number, kills = 100) => planFaults({ seed, kills, views: 3 });

it('the same seed draws the same faults, another one others', () => {
  expect(plan(1)).toEqual(plan(1));
  expect(plan(1)).not.toEqual(plan(2));
});

it('kills as many processes as it was asked to, or one or two more with the last fault', () => {
  for (const kills of [1, 12, 100]) {
    const killed = plan(3, kills).reduce((sum, fault) => sum + killsOf(fault), 0);
    expect(killed - kills).toBeGreaterThanOrEqual(0);
    expect(killed - kills).toBeLessThan(2);
  }
});

it('meets every kind of fault, agents of every view, and deaths while the cloud is away', () => {
  const faults = plan(4);
  expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(faultKinds));
  expect(new Set(faults.map(({ view }) => view))).toEqual(new Set([0, 1, 2]));
  expect(faults.filter(({ kind, inside }) => kind === 'uplink cut' && inside?.kind === 'edge killed')).not.toEqual([]);
  expect(faults.every(({ kind, inside }) => !inside || /cloud|uplink/.test(kind))).toBe(true);
});

it('counts the kills of a fault with those of the one inside it', () => {
  const fault = { kind: 'cloud killed', pauseMs: 0, lastsMs: 0, view: 0, inside: undefined } as const;
  expect(killsOf(fault)).toBe(1);
  expect(killsOf({ ...fault, kind: 'uplink slow' })).toBe(0);
  expect(killsOf({ ...fault, kind: 'uplink slow', inside: fault })).toBe(1);
  expect(killsOf({ ...fault, inside: { ...fault, kind: 'edge killed' } })).toBe(2);
  expect(killsOf({ ...fault, kind: 'rollout' })).toBe(2);
});
