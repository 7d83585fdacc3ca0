import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, start } from '../talk.js';
import type { ContenderName, ContenderReady, ContenderStats, ContenderTask } from './contender.js';
import type { LoadResult, LoadRun, LoadTask } from './load.js';
import { Mosquitto } from './mosquitto.js';
import { expectedAnswers, expectedClasses, openBenchBundle, VIEWS } from './scenes.js';

/** One contender and the devices that send to it, each in a process of its own. */
export interface StageOptions {
  readonly name: ContenderName;
  readonly scenes?: number;
  readonly underWay?: number;
  readonly block?: number;
  /** Flags of the Node in which the contender runs. */
  readonly flags?: readonly string[];
}

/** What a run came to. */
export interface Run extends LoadResult {
  /** Of all processes that answer. */
  readonly cpuSeconds: number;
}

/** From a sample's last summary to its answer, in one run. */
export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Samples a second that came of it. */
  readonly rate: number;
  /** How often another process took the core from the one that answers. */
  readonly preempted: number;
}

const UNDER_WAY = 4096;
const BLOCK = 512;
const CYCLE = 8192;
/** Prebuilt packets of all devices together take about so many bytes. */
const PACKETS_BYTES = 64e6;

export class Stage {
  readonly name: ContenderName;
  readonly scenes: number;
  readonly #folder: string;
  readonly #contender: Child;
  readonly #load: Child;
  readonly #mosquitto: Mosquitto | undefined;
  readonly #classes: Uint8Array;

  private constructor(
    { name, scenes }: { name: ContenderName; scenes: number },
    folder: string,
    processes: { contender: Child; load: Child; mosquitto: Mosquitto | undefined },
    cycle: number,
  ) {
    this.name = name;
    this.scenes = scenes;
    this.#folder = folder;
    this.#contender = processes.contender;
    this.#load = processes.load;
    this.#mosquitto = processes.mosquitto;
    this.#classes = expectedClasses(openBenchBundle(), cycle);
  }

  /** Undefined where it needs Mosquitto and there is none. */
  static async open({
    name,
    scenes = 1,
    underWay = UNDER_WAY,
    block = BLOCK,
    flags = [],
  }: StageOptions): Promise<Stage | undefined> {
    const folder = await mkdtemp(join(tmpdir(), 'ddnn-bench-'));
    const opened: { stop(): void }[] = [];
    try {
      const mosquitto = name === 'subscriber' ? await Mosquitto.start(folder) : undefined;
      if (name === 'subscriber' && !mosquitto) {
        await rm(folder, { recursive: true });
        return undefined;
      }
      if (mosquitto) opened.push(mosquitto);
      const given = { name, folder, scenes, ...(mosquitto && { brokerPort: mosquitto.port }) };
      const { child: contender, ready } = await start<ContenderTask, ContenderReady>(
        './contender',
        import.meta.url,
        given,
        ['--expose-gc', ...flags],
      );
      opened.push(contender);
      let cycle = CYCLE;
      while (cycle * scenes * VIEWS * 20 > PACKETS_BYTES && cycle > 2 * (underWay + block)) cycle /= 2;
      const task = { ...ready, scenes, underWay, block, cycle };
      const { child: load } = await start<LoadTask, object>('./load', import.meta.url, task);
      return new Stage({ name, scenes }, folder, { contender, load, mosquitto }, cycle);
    } catch (error) {
      for (const each of opened) each.stop();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Sends samples, and waits until all of them are answered. */
  async run(run: Omit<LoadRun, 'ask'>): Promise<Run> {
    const before = await this.#cpuSeconds();
    const result = await this.#load.ask<LoadResult>({ ask: 'run', ...run });
    return { ...result, cpuSeconds: (await this.#cpuSeconds()) - before };
  }

  async viewer(on: boolean): Promise<void> {
    await this.#load.ask({ ask: 'viewer', on });
  }

  /** @param collect after a garbage collection */
  stats(collect = false): Promise<ContenderStats> {
    return this.#contender.ask({ ask: 'stats', collect });
  }

  /** Runs at a rate, and takes the time from each sample's last summary to its answer. */
  async latencies(samples: number, rate: number): Promise<Latency> {
    await this.#contender.ask({ ask: 'stamp', samples });
    const before = (await this.stats()).preempted;
    const { blocks, seconds } = await this.run({ qos: 0, samples, rate });
    const preempted = (await this.stats()).preempted - before;
    const { stamps } = await this.#contender.ask<{ stamps: Float64Array }>({ ask: 'stamps' });
    const waits = new Float64Array(samples);
    let sample = 0;
    for (let i = 0; i < blocks.length; i += 2) {
      for (const last = sample + blocks[i]; sample < last; sample++) waits[sample] = stamps[sample] - blocks[i + 1];
    }
    waits.sort();
    const quantile = (share: number) => waits[Math.floor(share * (samples - 1))];
    return { p50Ms: quantile(0.5), p99Ms: quantile(0.99), rate: samples / seconds, preempted };
  }

  /** Throws where one sample of all that were sent was lost, doubled or answered otherwise than the bundle does. */
  async verify(): Promise<void> {
    const { answers } = await this.stats();
    if (this.name === 'bare') return;
    const expected = expectedAnswers(this.#classes, answers.samples / this.scenes);
    if (answers.checksum !== expected.checksum * this.scenes) {
      throw new Error(`${this.name}: the answers to ${answers.samples} samples are not those of the bundle`);
    }
  }

  async close(): Promise<void> {
    for (const child of [this.#load, this.#contender, this.#mosquitto]) child?.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #cpuSeconds(): Promise<number> {
    return (await this.stats()).cpuSeconds + (this.#mosquitto?.cpuSeconds() ?? 0);
  }
}
