import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeviceTier } from '@ddnn/model';
import { decodeFeatures, decodeStatus, frameEpoch } from '@ddnn/protocol';
import { describe, expect, it } from 'vitest';
import { bundle, EPOCH, folder, png, startAgent, startEdge, until } from '../test/rig.js';

const pictures = join(folder, 'agent-pictures');
mkdirSync(pictures);
writeFileSync(join(pictures, 'a.png'), png(90));
writeFileSync(join(pictures, 'b.png'), png(1).subarray(0, 40));
const camera = { 'camera.kind': 'folder', 'camera.folder': pictures };
const at = (port: number) => ({ ...camera, 'edge.url': `mqtt://127.0.0.1:${port}` });
const { featureBytes } = bundle.shapes.device;

describe('agent', () => {
  it('says that it is there on every connect and gone at every end, retained', async () => {
    const edge = await startEdge();
    await edge.status();
    const { stop } = await startAgent(at(edge.port));
    await until(() => edge.states().includes('online'));
    await edge.listener.stop();
    const again = await startEdge({ port: edge.port });
    await again.status();
    await until(() => again.states().includes('online'));
    await stop();
    expect(again.states().at(-1)).toBe('offline');
    expect([...edge.of('i/0'), ...again.of('i/0')].every(({ qos }) => qos === 1)).toBe(true);
  });

  it('takes over the edge’s epoch and answers feature requests with the features of that slot', async () => {
    const edge = await startEdge();
    const { agent, metrics } = await startAgent(at(edge.port));
    await until(() => edge.states().includes('unfit'));
    await agent.capture(0);
    expect(edge.of('s/0')).toEqual([]);
    await edge.status();
    await until(() => edge.states().includes('online'));
    expect(frameEpoch(edge.of('i/0').at(-1)!.payload)).toBe(EPOCH);
    await agent.capture(40_000);
    await until(() => edge.slots('0', 40_000).length === 1);
    expect(edge.slots('0', 40_000)).toEqual([40_000]);
    expect(frameEpoch(edge.of('s/0')[0].payload)).toBe(EPOCH);
    await edge.ask('0', [40_000]);
    await edge.ask('0', [39_000]);
    await until(() => edge.of('f/0').length === 2);
    const tier = new DeviceTier(bundle, 0);
    tier.run(new Uint8Array(192).fill(90));
    const answers: [number, Uint8Array | null][] = [];
    for (const { payload } of edge.of('f/0')) {
      decodeFeatures(payload, EPOCH, featureBytes, 10, (short, has, offset) => {
        answers.push([short, has ? payload.slice(offset, offset + featureBytes) : null]);
      });
    }
    expect(answers).toEqual([
      [40_000 % 32_768, tier.features],
      [39_000 % 32_768, null],
    ]);
    const counted = await metrics();
    expect(counted).toMatch(/samples_total\{[^}]*result="unconfirmed"[^}]*\} 1/);
  });

  it('takes no part where the edge serves another bundle, and says clearly which', async () => {
    const edge = await startEdge();
    await edge.status({ bundle: new Uint8Array(32).fill(0xab) });
    const { agent, lines } = await startAgent(at(edge.port));
    await until(() => lines.length > 0);
    expect(lines[0]).toContain('DDNN_AGENT_BUNDLE');
    expect(lines[0]).toContain('abababababab');
    expect(lines[0]).toContain(bundle.id.slice(0, 12));
    await agent.capture(1);
    await until(() => edge.states().length > 0);
    expect(new Set(edge.states())).toEqual(new Set(['unfit']));
    expect(edge.of('s/0')).toEqual([]);
    await edge.status();
    await until(() => edge.states().at(-1) === 'online');
  });

  it('sends several samples in a frame: when it is full, when the first has waited long enough, and at the end', async () => {
    const edge = await startEdge();
    await edge.status();
    const solid = { 'camera.kind': 'simulated', 'edge.url': `mqtt://127.0.0.1:${edge.port}` };
    const { agent, stop } = await startAgent({ ...solid, 'batch.samples': 3, 'batch.waitMs': 150 });
    await until(() => edge.states().includes('online'));
    const frames = () => edge.of('s/0').length;
    for (const slot of [0, 1]) await agent.capture(slot);
    expect(frames()).toBe(0);
    await agent.capture(2);
    await until(() => frames() === 1);
    expect(edge.slots('0', 0)).toEqual([0, 1, 2]);
    const capturedAt = performance.now();
    for (const slot of [3, 4]) await agent.capture(slot);
    await until(() => frames() === 2);
    expect(performance.now() - capturedAt).toBeGreaterThan(140);
    await agent.capture(6);
    await stop();
    expect(frames()).toBe(3);
    expect(edge.slots('0', 0)).toEqual([0, 1, 2, 3, 4, 6]);
  });

  it('warns where no frame can be full before it goes', async () => {
    const edge = await startEdge({ slotMs: 100 });
    await edge.status();
    const { lines } = await startAgent({ ...at(edge.port), 'batch.samples': 5, 'batch.waitMs': 400 });
    await until(() => lines.some((line) => line.includes('batch.waitMs 400: 5 samples take 400 ms')));
    const fits = await startAgent({ ...at(edge.port), device: '1', view: 1, 'batch.samples': 5, 'batch.waitMs': 450 });
    await until(() => edge.states('1').includes('online'));
    expect(fits.lines).toEqual([]);
  });

  it('forgets the samples that wait when the edge goes', async () => {
    const edge = await startEdge();
    await edge.status();
    const simulated = { 'camera.kind': 'simulated', 'edge.url': `mqtt://127.0.0.1:${edge.port}` };
    const { agent } = await startAgent({ ...simulated, 'batch.samples': 4, 'batch.waitMs': 60_000 });
    await until(() => edge.states().includes('online'));
    await agent.capture(0);
    await edge.listener.stop();
    const again = await startEdge({ port: edge.port });
    await again.status();
    await until(() => again.states().includes('online'));
    for (const slot of [1, 2, 3]) await agent.capture(slot);
    await until(() => again.of('s/0').length > 0);
    expect(again.slots('0', 0)).toEqual([1, 2, 3]);
  });

  it('is silent about a picture that is broken, counts it, and lives', async () => {
    const edge = await startEdge();
    await edge.status();
    const { agent, lines, metrics } = await startAgent(at(edge.port));
    await until(() => edge.states().includes('online'));
    for (const slot of [0, 1, 2]) await agent.capture(slot);
    await until(() => edge.slots('0', 0).length === 2);
    expect(edge.slots('0', 0)).toEqual([0, 2]);
    expect(await metrics()).toMatch(/samples_total\{[^}]*result="failed"[^}]*\} 1/);
    expect(lines.join()).toContain('no picture');
  });

  it('goes on after damaged frames, counted by code', async () => {
    const edge = await startEdge();
    await edge.status();
    const { agent, metrics } = await startAgent(at(edge.port));
    await until(() => edge.states().includes('online'));
    for (const topic of ['q/0', 'c/0', 'e']) await edge.listener.publish(topic, Uint8Array.of(1, 2), 0);
    // Not even a slot that no frame can carry may end the process.
    await agent.capture(-1);
    await agent.capture(4);
    await until(() => edge.slots('0', 4).includes(4));
    await until(async () => /bad_frames_total\{[^}]*DDNN_FRAME_VERSION[^}]*\} 3/.test(await metrics()));
  });

  it('asks the edge for the time, and two agents agree on the slots', async () => {
    const edge = await startEdge({ slotMs: 50 });
    await edge.status();
    const good = { ...at(edge.port), 'camera.kind': 'simulated', pace: 'clock' };
    const { 'camera.folder': _, ...simulated } = good;
    await startAgent(simulated);
    await startAgent({ ...simulated, device: '1', view: 1 });
    const now = () => Math.floor(Date.now() / 50);
    const slots = () => ['0', '1'].map((device) => edge.slots(device, now()));
    // How many slots a busy machine leaves out is not the matter.
    await until(() => {
      const [first, second] = slots();
      return first.filter((slot) => second.includes(slot)).length > 4;
    });
    expect(edge.of('t/0').length).toBeGreaterThan(0);
    for (const one of slots()) {
      expect(new Set(one).size).toBe(one.length);
      expect(Math.abs(one.at(-1)! - now())).toBeLessThan(10);
    }
  });

  it('paces nothing before it knows the time, and is not readyText', async () => {
    const edge = await startEdge({ slotMs: 50, answersClock: false });
    await edge.status();
    const { readyText } = await startAgent({ ...at(edge.port), pace: 'clock' });
    await until(() => edge.of('t/0').length >= 4);
    expect(edge.of('s/0')).toEqual([]);
    expect(await readyText()).toContain('"clock":"the edge has not told the time"');
  });

  it.each([
    ['back', -600_000, 'backwards'],
    ['forward', 7_200_000, 'forwards'],
  ])('goes on at once where the edge’s clock is set %s and the edge says again that it is there', async (...step) => {
    const [word, by, direction] = step;
    let shift = 0;
    const now = () => Date.now() + shift;
    const edge = await startEdge({ slotMs: 50, now });
    await edge.status();
    const simulated = { 'camera.kind': 'simulated', 'edge.url': `mqtt://127.0.0.1:${edge.port}`, pace: 'clock' };
    const { lines, metrics, readyText } = await startAgent(simulated);
    await until(() => edge.of('s/0').length > 2);
    shift = by;
    const asked = edge.of('t/0').length;
    await edge.status();
    await until(() => edge.of('t/0').length > asked);
    const slot = () => Math.floor(now() / 50);
    // The frame holds 15 bits of the slot, which tell the two times apart.
    await until(() => Math.abs((edge.slots('0', slot()).at(-1) ?? 0) - slot()) < 20);
    const told = lines.flatMap((line) => /the edge’s clock was set ([\d.]+) s (\w+)/.exec(line) ?? []);
    // By as much as round trips leave open.
    expect([told.length, told[2], Math.round(Number(told[1]) / 60)]).toEqual([3, word, Math.abs(by) / 60_000]);
    expect(await metrics()).toMatch(new RegExp(`clock_steps_total\\{[^}]*direction="${direction}"[^}]*\\} 1`));
    expect(await readyText()).toContain(`s ${word}, `);
  });

  it('goes on where it finds an edge with another time after its connection broke', async () => {
    const edge = await startEdge({ slotMs: 50 });
    await edge.status();
    const simulated = { 'camera.kind': 'simulated', 'edge.url': `mqtt://127.0.0.1:${edge.port}`, pace: 'clock' };
    const { lines } = await startAgent(simulated);
    await until(() => edge.of('s/0').length > 2);
    await edge.listener.stop();
    const now = () => Date.now() - 600_000;
    const again = await startEdge({ port: edge.port, slotMs: 50, now });
    await again.status();
    await until(() => again.of('s/0').length > 2);
    const slots = again.slots('0', Math.floor(now() / 50));
    expect(slots.every((slot) => Math.abs(slot - now() / 50) < 100)).toBe(true);
    expect(lines.join()).toContain('the edge’s clock was set 600.0 s back');
  });

  it('names a bundle without its view, and stops what never connected', async () => {
    await expect(startAgent({ ...at(1), view: 9 })).rejects.toMatchObject({ code: 'DDNN_BUNDLE_UNFIT' });
    const { stop } = await startAgent(at(1));
    await stop();
  });

  it('has a status whose view and sizes are those of its bundle', async () => {
    const edge = await startEdge();
    await startAgent({ ...at(edge.port), device: 'gate', view: 1 });
    await until(() => edge.of('i/gate').length > 0);
    expect(decodeStatus(edge.of('i/gate')[0].payload)).toMatchObject({
      view: 1,
      views: 2,
      classes: 3,
      scoreBytes: 3,
      featureBytes,
      bundle: bundle.hash,
    });
  });
});
