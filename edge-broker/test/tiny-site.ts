import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBundle, type ResolvedArchitecture } from '@ddnn/model';
import { randomBundle } from '@ddnn/model/testing';
import { createLogger, loadConfig } from '@ddnn/process';
import { afterAll, afterEach } from 'vitest';
import { type EdgeConfig, EdgeConfigSchema } from '../src/config.js';
import type { Entry } from '../src/outbox/entry.js';
import { Outbox } from '../src/outbox/outbox.js';
import type { DropReason, OutboxOptions } from '../src/outbox/outbox-terms.js';

export { until } from '@ddnn/process/testing';

export const EPOCH = 3;
export const VIEWS = 3;
export const architecture: ResolvedArchitecture = {
  name: 'tiny',
  input: { height: 8, width: 8, channels: 3 },
  views: VIEWS,
  classes: ['car', 'bus', 'person'],
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [{ fc: { units: 16 } }] },
};
export const withEdge: ResolvedArchitecture = {
  ...architecture,
  edge: { aggregator: 'concat', section: [{ convp: { filters: 4 } }] },
};
/** Places of the first edge are not its views. */
export const twoEdges: ResolvedArchitecture = {
  ...architecture,
  edge: { aggregator: 'concat', section: [{ convp: { filters: 4 } }], groups: [[2, 0], [1]] },
};
export const bundle = openBundle(randomBundle(architecture, 1));

export const root = mkdtempSync(join(tmpdir(), 'ddnn-edge-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
export const logger = createLogger({ name: 'edge', level: 'silent' });

/** Everything that a test opened, newest last. */
export const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

let folders = 0;
export const newFolder = () => join(root, `outbox-${folders++}`);

export function edgeConfig(flags: Record<string, unknown> = {}, of = architecture): EdgeConfig {
  const file = join(root, `${of.edge ? 'edge' : 'plain'}.ddnn`);
  writeFileSync(file, randomBundle(of, 1));
  const given = { bundle: file, epoch: EPOCH, slotMs: 0, 'mqtt.port': 0, 'outbox.folder': newFolder(), ...flags };
  return loadConfig(EdgeConfigSchema, { env: {}, flags: given });
}

/** An open outbox and what it dropped; closed after the test. */
export async function openOutbox(options: Partial<OutboxOptions> = {}) {
  const folder = options.folder ?? newFolder();
  const drops: [number, DropReason][] = [];
  const onDrop = (entry: Entry, reason: DropReason) => void drops.push([entry.slot, reason]);
  const outbox = new Outbox(
    { maxSamples: 1000, maxAgeMs: 60_000, whenFull: 'dropOldest', views: VIEWS, now: Date.now, ...options, folder },
    onDrop,
  );
  const state = await outbox.start();
  open.push(() => outbox.stop());
  return { outbox, drops, folder, state };
}

/** An entry of features that nobody has answered. */
export const unanswered = (slot: number) =>
  ({
    slot,
    fallback: 'none',
    best: { classIndex: 2, uncertainty: 0.4 },
    states: Uint8Array.of(2, 1, 2),
  }) as const;
