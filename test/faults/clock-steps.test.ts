import { afterEach, expect, it } from 'vitest';
import { freePort, Installation, type Process, until, wait } from './installation.js';

const sites: Installation[] = [];
function installation(): Installation {
  const site = new Installation();
  sites.push(site);
  return site;
}
afterEach(async () => {
  for (const site of sites.splice(0)) await site.remove();
});

const SLOT_MS = 50;
const HOUR = 3_600_000;

/** Waits for verdicts of samples that are newer than all before. */
async function goesOn(site: Installation, why: string): Promise<void> {
  const before = Math.max(0, ...site.heard.map(({ slot }) => slot));
  await until(`there are verdicts ${why}`, () => site.heard.filter(({ slot }) => slot > before).length >= 15);
}

const steps = (site: Installation, of: Process, role: string, direction: string) =>
  site.metric(of, new RegExp(`^ddnn_${role}_clock_steps_total.*direction="${direction}"`));

/** No slot has two answers, here or in the cloud, and the cloud's are those that were heard here. */
async function oneAnswerASlot(site: Installation, edge: Process, cloud: Process): Promise<void> {
  const slots = site.heard.map(({ slot }) => slot);
  const live = new Map(site.heard.map((verdict) => [verdict.slot, verdict]));
  for (const { slot, exit, class: name } of site.heard)
    expect(live.get(slot)).toMatchObject({ slot, exit, class: name });
  await until('the cloud has every verdict', async () => {
    const stored = new Set((await site.verdicts(cloud)).map(({ slot }) => slot));
    return slots.every((slot) => stored.has(slot));
  });
  for (const stored of await site.verdicts(cloud)) {
    const heard = live.get(stored.slot);
    if (heard) expect([stored.slot, stored.exit, stored.class]).toEqual([stored.slot, heard.exit, heard.class]);
  }
  expect(await site.metric(edge, /^ddnn_edge_dropped_total/)).toBe(0);
  expect(edge.log()).not.toContain('dropped from the outbox');
}

/** A gauge that is set once a second, read behind the next time that it was. */
async function fresh(site: Installation, edge: Process, pattern: RegExp): Promise<number> {
  await wait(1500);
  return site.metric(edge, pattern);
}

function eachHeardOnce(site: Installation): void {
  const slots = site.heard.map(({ slot }) => slot);
  expect(slots).toEqual([...new Set(slots)]);
}

it('a clock that is set back ten minutes, forward an hour and right again costs no sample its slot', async () => {
  const site = installation();
  const cloud = await site.cloud();
  const edge = await site.edge(cloud.ports.mqttPort, { outbox: { folder: `${site.folder}/outbox`, maxAgeMs: 60_000 } });
  await site.listen(edge);
  const agents = await site.agents(edge);
  await goesOn(site, 'before');
  let seen = 0;
  for (const [shift, words] of [
    [-HOUR / 6, 'was set 600.0 s back'],
    [HOUR, 'was set 4200.0 s forward'],
    [0, 'was set 3600.0 s back'],
  ] as const) {
    site.setEdgeClock(shift);
    seen++;
    await until(`the edge has seen ${seen} steps`, async () => {
      const counts = ['backwards', 'forwards'].map((direction) => steps(site, edge, 'edge', direction));
      return (await Promise.all(counts)).reduce((a, b) => a + b) === seen;
    });
    expect(edge.log()).toContain(words);
    expect((await site.ready(edge)).notes?.clock).toContain(words);
    await goesOn(site, words);
  }
  for (const agent of agents) {
    expect((await site.ready(agent)).status).toBe('ready');
    expect(await steps(site, agent, 'agent', 'backwards')).toBe(0);
    expect(await agent.stop(), agent.log()).toBe(0);
  }
  await oneAnswerASlot(site, edge, cloud);
  eachHeardOnce(site);
  // Slots never left the right time.
  const now = Date.now() / SLOT_MS;
  expect(site.heard.filter(({ slot }) => Math.abs(slot - now) > 120_000 / SLOT_MS)).toEqual([]);
});

it('a gateway that starts in 1970 is followed into the present, agents and all, and what waits stays', async () => {
  const site = installation();
  const uplink = await freePort();
  site.setEdgeClock(10_000_000 - Date.now());
  const settings = { clock: { confirmMs: 1000 }, outbox: { folder: `${site.folder}/outbox`, maxAgeMs: 60_000 } };
  const edge = await site.edge(uplink, settings);
  await site.listen(edge);
  const agents = await site.agents(edge);
  await goesOn(site, 'in 1970');
  const waiting = site.heard.length;
  expect(site.heard.every(({ slot }) => slot < HOUR / 2)).toBe(true);
  site.setEdgeClock(0);
  const present = () => site.heard.filter(({ slot }) => Math.abs(slot - Date.now() / SLOT_MS) < 120_000 / SLOT_MS);
  await until('there are verdicts of the present', () => present().length >= 15);
  expect(edge.log()).toMatch(/site time follows the wall clock \d+\.\d s forward/);
  for (const agent of agents) {
    expect(agent.log()).toMatch(/the edge’s clock was set \d+\.\d s forward/);
    expect(await steps(site, agent, 'agent', 'forwards')).toBe(1);
    expect(await agent.stop(), agent.log()).toBe(0);
  }
  const cloud = await site.cloud(uplink);
  await oneAnswerASlot(site, edge, cloud);
  eachHeardOnce(site);
  expect(site.heard.length).toBeGreaterThan(waiting);
});

it('an edge that is killed and whose clock goes back meanwhile uses no slot again', async () => {
  const site = installation();
  const cloud = await site.cloud();
  const first = await site.edge(cloud.ports.mqttPort);
  await site.listen(first);
  const agents = await site.agents(first);
  await goesOn(site, 'before');
  for (const agent of agents) expect(await agent.stop(), agent.log()).toBe(0);
  // What waited at the kill would be answered behind it.
  const slots = () => site.heard.map(({ slot }) => slot);
  await until('the cloud has every verdict', async () => {
    const stored = new Set((await site.verdicts(cloud)).map(({ slot }) => slot));
    return slots().every((slot) => stored.has(slot)) && (await fresh(site, first, /^ddnn_edge_outbox_entries/)) === 0;
  });
  const used = Math.max(...slots());
  const before = site.heard.length;
  await first.kill();
  site.setEdgeClock(-30_000);
  const second = await site.edge(cloud.ports.mqttPort);
  await site.listen(second);
  expect(second.log()).toMatch(/site time goes on [\d.]+ s ahead of the wall clock: no slot twice/);
  await site.agents(second);
  await until('there are verdicts after', () => site.heard.length >= before + 15);
  expect(
    slots()
      .slice(before)
      .filter((slot) => slot <= used),
  ).toEqual([]);
  await oneAnswerASlot(site, second, cloud);
  eachHeardOnce(site);
});
