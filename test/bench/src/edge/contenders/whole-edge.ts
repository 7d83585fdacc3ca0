import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Edge, type EdgeConfig, EdgeConfigSchema } from '@ddnn/edge-broker';
import { createLogger, loadConfig } from '@ddnn/process';
import type { Contender } from '../contender.js';
import { Answers, bundleBytes, EPOCH, LOCAL_THRESHOLD } from '../scenes.js';

/**
 * Settings of the edges that are measured, apart from the defaults: room for many samples under way, records in large
 * batches.
 */
export const edgeSettings = {
  epoch: EPOCH,
  slotMs: 0,
  localThreshold: LOCAL_THRESHOLD,
  'mqtt.port': 0,
  'window.samples': 16_384,
  'window.summaryDeadlineMs': 30_000,
  'records.batch': 1024,
  'outbox.maxSamples': 1000,
};

/** The edge of an installation, whole: broker, access rules, window, exit, records on disk, metrics. */
export class WholeEdge implements Contender {
  readonly answers = new Answers();
  onAnswer: ((slot: number) => void) | undefined;
  readonly #folder: string;
  readonly #durability: EdgeConfig['durability'];

  constructor(folder: string, durability: EdgeConfig['durability']) {
    this.#folder = folder;
    this.#durability = durability;
  }

  async start(): Promise<number> {
    const bundle = join(this.#folder, 'bench.ddnn');
    await writeFile(bundle, bundleBytes());
    const flags = {
      ...edgeSettings,
      durability: this.#durability,
      bundle,
      'outbox.folder': join(this.#folder, 'outbox'),
    };
    const edge = new Edge(loadConfig(EdgeConfigSchema, { env: {}, flags }), {
      logger: createLogger({ name: 'edge', level: 'silent' }),
      onVerdict: ({ slot, classIndex }) => {
        this.answers.add(slot, classIndex);
        this.onAnswer?.(slot);
      },
    });
    return (await edge.start()).mqttPort;
  }
}
