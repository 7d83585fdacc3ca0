import { readFile } from 'node:fs/promises';
import { openBundle } from '@ddnn/model';
import { Answers } from './answers.js';
import { HttpLoad } from './http-load.js';
import type { LoadReply, LoadSlice, LoadTask } from './load-task.js';
import { drawSamples, uplinkSizes } from './samples.js';
import { UplinkLoad } from './uplink-load.js';

/*
 * The process that loads both clouds of `ddnn bench cloud`, one slice a message. Its one argument is a {@link LoadTask}
 * as JSON.
 */

const EDGES = 4;
/** Slots of one edge in one slice: far more than it can send. */
const SLOTS = 2 ** 32;
const PACE_MS = 1;

const { bundle: file, mqttPort, naivePort, epoch, inFlight, connections }: LoadTask = JSON.parse(process.argv[2]);
const bundle = openBundle(await readFile(file), file);
const pool = drawSamples(bundle, 256, 1);
let slices = 0;

process.on('message', (slice: LoadSlice) => {
  run(slice).then(say, (error: Error) => say({ failure: error.message }));
});
process.on('disconnect', () => process.exit(0));
process.send!({ type: 'ready' });

function say(reply: LoadReply): void {
  process.send?.(reply);
}

async function run(slice: LoadSlice): Promise<LoadReply> {
  const answers = new Answers();
  const started = performance.now();
  const loaded = slice.way === 'naive' ? naive(slice, answers) : uplink(slice, answers);
  const startedAt = (await Promise.race([loaded, answers.failed])) ?? started;
  const seconds = (performance.now() - startedAt) / 1000;
  const { count, same } = answers;
  return { samples: count, same, seconds, p50Ms: answers.percentile(0.5), p99Ms: answers.percentile(0.99) };
}

async function naive({ seconds }: LoadSlice, answers: Answers): Promise<undefined> {
  const load = new HttpLoad(pool, answers, { port: naivePort, connections });
  try {
    await load.run(seconds);
  } finally {
    load.close();
  }
}

async function uplink({ seconds, samplesAFrame, rate }: LoadSlice, answers: Answers): Promise<number> {
  const firstSlot = ++slices * SLOTS;
  const sizes = uplinkSizes(bundle);
  const edges = Array.from(
    { length: EDGES },
    (_, i) =>
      new UplinkLoad(pool, answers, {
        port: mqttPort,
        edge: `e${i}`,
        epoch,
        sizes,
        samplesAFrame,
        inFlight,
        firstSlot: firstSlot + i * (SLOTS / EDGES),
      }),
  );
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
