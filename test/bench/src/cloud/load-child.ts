import { readFile } from 'node:fs/promises';
import { type Bundle, openBundle } from '@ddnn/model';
import { serve } from '../talk.js';
import { Answers } from './answers.js';
import { HttpLoad } from './http-load.js';
import type { LoadResult, LoadSlice, LoadTask } from './load-task.js';
import { type BenchSample, drawSamples, uplinkSizes } from './samples.js';
import { UplinkLoad } from './uplink-load.js';

/*
 * The process that loads both clouds of `ddnn bench cloud`, one slice a question.
 */

const EDGES = 4;
/** Slots of one edge in one slice: far more than it can send. */
const SLOTS = 2 ** 32;
const PACE_MS = 1;

class CloudLoad {
  readonly #task: LoadTask;
  readonly #bundle: Bundle;
  readonly #pool: readonly BenchSample[];
  #slices = 0;

  constructor(task: LoadTask, bundle: Bundle) {
    this.#task = task;
    this.#bundle = bundle;
    this.#pool = drawSamples(bundle, 256, 1);
  }

  async run(slice: LoadSlice): Promise<LoadResult> {
    const answers = new Answers();
    const started = performance.now();
    const loaded = slice.way === 'naive' ? this.#naive(slice, answers) : this.#uplink(slice, answers);
    const startedAt = (await Promise.race([loaded, answers.failed])) ?? started;
    const seconds = (performance.now() - startedAt) / 1000;
    const { count, same } = answers;
    return { samples: count, same, seconds, p50Ms: answers.percentile(0.5), p99Ms: answers.percentile(0.99) };
  }

  async #naive({ seconds }: LoadSlice, answers: Answers): Promise<undefined> {
    const { naivePort: port, connections } = this.#task;
    const load = new HttpLoad(this.#pool, answers, { port, connections });
    try {
      await load.run(seconds);
    } finally {
      load.close();
    }
  }

  async #uplink({ seconds, samplesAFrame, rate }: LoadSlice, answers: Answers): Promise<number> {
    const { mqttPort: port, epoch, inFlight } = this.#task;
    const firstSlot = ++this.#slices * SLOTS;
    const options = { port, epoch, inFlight, samplesAFrame, sizes: uplinkSizes(this.#bundle) };
    const edges = Array.from({ length: EDGES }, (_, i) => {
      const own = { edge: `e${i}`, firstSlot: firstSlot + i * (SLOTS / EDGES) };
      return new UplinkLoad(this.#pool, answers, { ...options, ...own });
    });
    try {
      await Promise.all(edges.map((edge) => edge.connect()));
      const startedAt = performance.now();
      if (rate === undefined) for (const edge of edges) edge.flood();
      const pacing = rate === undefined ? undefined : pace(edges, rate / samplesAFrame);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      clearInterval(pacing);
      await Promise.all(edges.map((edge) => edge.settle()));
      return startedAt;
    } finally {
      for (const edge of edges) edge.close();
    }
  }
}

/**
 * Sends so many frames a second, the edges in turn. A frame that must wait, for too many are in flight, is late from
 * when it was due.
 */
function pace(edges: readonly UplinkLoad[], framesASecond: number): NodeJS.Timeout {
  const startedAt = performance.now();
  const dueAt = (frame: number) => startedAt + (frame / framesASecond) * 1000;
  let sent = 0;
  return setInterval(() => {
    const now = performance.now();
    while (dueAt(sent) <= now && edges[sent % edges.length].sendOne(dueAt(sent))) sent++;
  }, PACE_MS);
}

await serve<LoadTask, LoadSlice>(async (task) => {
  const load = new CloudLoad(task, openBundle(await readFile(task.bundle), task.bundle));
  return { ready: {}, reply: (slice) => load.run(slice) };
});
