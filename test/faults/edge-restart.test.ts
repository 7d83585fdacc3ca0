import { afterEach, expect, it } from 'vitest';
import { freePort, Installation, Link, type Process, type Shown, until, wait } from './installation.js';

const sites: Installation[] = [];
function installation(): Installation {
  const site = new Installation();
  sites.push(site);
  return site;
}
afterEach(async () => {
  for (const site of sites.splice(0)) await site.remove();
});

const slotsOf = (verdicts: readonly Shown[]) => verdicts.map(({ slot }) => slot).sort((a, b) => a - b);

/** Features of it reached the edge; without any there is nothing that the cloud could revise a fallback with. */
const hasFeatures = ({ views }: Shown) => views.includes('present');
const revised = ({ exit, revised }: Shown) => exit !== 'fallback' || revised !== null;

/** The agents stop, and the cloud gets what it has not. The edge counts its outbox once a second. */
async function settle(site: Installation, agents: readonly Process[], edge: Process, cloud: Process): Promise<void> {
  for (const agent of agents) expect(await agent.stop(), agent.log()).toBe(0);
  await until('the cloud has every sample', async () => {
    const stored = await site.verdicts(cloud);
    return stored.length >= site.heard.length && stored.every((one) => revised(one) || !hasFeatures(one));
  });
  await outboxEmpties(site, edge);
}

async function outboxEmpties(site: Installation, edge: Process): Promise<void> {
  await wait(1500);
  await until('the outbox is empty', async () => (await site.metric(edge, /^ddnn_edge_outbox_entries/)) === 0);
}

it('an edge killed while the cloud is away loses no sample and answers none twice', async () => {
  const site = installation();
  const port = await freePort();
  const first = await site.edge(port);
  await site.listen(first);
  const agents = await site.agents(first);
  await until('there are fallbacks', () => site.heardFallbacks().size >= 20);
  await first.kill();
  const before = site.heardFallbacks();
  expect([...before.values()].every(({ reason }) => reason === 'unreachable')).toBe(true);
  for (const agent of agents) await agent.stop();

  const second = await site.edge(port);
  await site.listen(second);
  const cloud = await site.cloud(port);
  await until('the cloud has the features of every sample', async () => {
    const told = (await site.verdicts(cloud)).filter((verdict) => verdict.exit === 'fallback' && revised(verdict));
    return told.filter(({ slot }) => before.has(slot)).length === before.size;
  });
  await outboxEmpties(site, second);
  const stored = new Map((await site.verdicts(cloud)).map((verdict) => [verdict.slot, verdict]));
  expect(stored.size).toBe((await site.verdicts(cloud)).length);
  // Of every sample that was answered live the cloud has the features: the fallback stands, and has its revision.
  for (const [slot, { reason }] of before) {
    expect(stored.get(slot)).toMatchObject({ slot, exit: 'fallback', reason });
    expect(stored.get(slot)?.revised, `slot ${slot}`).not.toBeNull();
  }
  // Nothing beyond it but what was on its way when the edge was killed.
  expect(stored.size - before.size).toBeLessThan(20);
  const slots = slotsOf(site.heard);
  expect(slots).toEqual([...new Set(slots)]);
  expect(await second.stop(), second.log()).toBe(0);
});

it('a cloud killed while features are on their way has all of them after its restart, once', async () => {
  const site = installation();
  const port = await freePort();
  let cloud = await site.cloud(port);
  const edge = await site.edge(port);
  await site.listen(edge);
  const agents = await site.agents(edge);
  const fromCloud = () => site.heard.filter(({ exit }) => exit === 'cloud').length;
  await until('the cloud answers', () => fromCloud() >= 10);
  for (let n = 0; n < 2; n++) {
    await cloud.kill();
    await wait(300);
    const answered = fromCloud();
    cloud = await site.cloud(port);
    await until('the cloud answers again', () => fromCloud() >= answered + 5);
  }
  await settle(site, agents, edge, cloud);
  const stored = await site.verdicts(cloud);
  expect(slotsOf(stored)).toEqual(slotsOf(site.heard));
  expect(stored.filter(({ exit, revised }) => exit === 'fallback' && revised !== null)).not.toEqual([]);
  const live = new Map(site.heard.map((verdict) => [verdict.slot, verdict.exit]));
  for (const verdict of stored) {
    expect(verdict.exit, `slot ${verdict.slot}`).toBe(live.get(verdict.slot));
    // Features that come after a fallback of silent cameras revise it, too; whether any come, is not certain.
    if (verdict.exit !== 'fallback') expect(verdict.revised, `slot ${verdict.slot}`).toBeNull();
    else if (hasFeatures(verdict)) expect(verdict.revised, `slot ${verdict.slot}`).not.toBeNull();
  }
});

it('a link that flaps costs no sample its verdict and stores none twice', async () => {
  const site = installation();
  const cloud = await site.cloud();
  const link = new Link();
  const edge = await site.edge(await link.start(cloud.ports.mqttPort));
  await site.listen(edge);
  const agents = await site.agents(edge);
  await until('the cloud answers', () => site.heard.some(({ exit }) => exit === 'cloud'));
  for (let n = 0; n < 12; n++) {
    await wait(120 + 37 * (n % 5));
    link.cut();
  }
  await settle(site, agents, edge, cloud);
  expect(link.connections).toBeGreaterThan(5);
  const stored = await site.verdicts(cloud);
  expect(slotsOf(stored)).toEqual(slotsOf(site.heard));
  const live = new Map(site.heard.map((verdict) => [verdict.slot, verdict.exit]));
  for (const verdict of stored) expect(verdict.exit, `slot ${verdict.slot}`).toBe(live.get(verdict.slot));
  await link.stop();
});
