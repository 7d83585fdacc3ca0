import { fileURLToPath } from 'node:url';
import { createLogUpdate } from 'log-update';
import { plainLine, type Scene, screen } from '../demo/screen.js';
import { StreetDemo } from '../demo/street-demo.js';
import { printJson } from '../terminal/output.js';
import { percent } from '../terminal/words.js';
import { readBundle } from './open-bundle.js';

interface DemoFlags {
  readonly seed: number;
  readonly threshold: number;
  readonly rate: number;
  readonly samples?: number;
  readonly oneProcess?: boolean;
  readonly mqttPort: number;
  readonly httpPort: number;
  readonly json?: boolean;
}

/** Trained on other traffic than the demo shows; docs/training.md has the commands that made it. */
const BUNDLE = fileURLToPath(new URL('../../demo/street.ddnn', import.meta.url));

/** `ddnn demo`: the simulated street through a whole installation on this machine. */
export async function demo(flags: DemoFlags): Promise<void> {
  const { views, input } = (await readBundle(BUNDLE)).architecture;
  const interactive = Boolean(process.stdout.isTTY) && !flags.json;
  const street = new StreetDemo({
    bundle: BUNDLE,
    views,
    size: input.width,
    seed: flags.seed,
    oneProcess: flags.oneProcess ?? false,
    localThreshold: flags.threshold,
    mqttPort: flags.mqttPort,
    httpPort: flags.httpPort,
    onJudged: (judged) => {
      if (!interactive && !flags.json) process.stdout.write(`${plainLine(judged)}\n`);
    },
  });
  const quit = new AbortController();
  process.once('SIGINT', () => quit.abort());
  process.once('SIGTERM', () => quit.abort());
  // Nobody reads the output any more: ends the same way as Ctrl-C.
  let isRead = true;
  process.stdout.on('error', () => {
    isRead = false;
    quit.abort();
  });
  const draw = interactive ? createLogUpdate(process.stdout) : undefined;
  draw?.('starting six cameras, an edge and a cloud …');
  let stopListening = () => {};
  try {
    await street.start();
    const { mqttUrl, httpUrl } = street.fleet;
    if (!interactive) process.stderr.write(`watch: npx ddnn watch --url ${mqttUrl}   REST: ${httpUrl}/v1/verdicts\n`);
    if (interactive)
      stopListening = listenToKeys(
        (view) => street.toggle(view),
        () => quit.abort(),
      );
    await pace(flags, quit.signal, (slot) => {
      street.trigger(slot);
      draw?.(screen(scene(street, input.width)));
    });
    const figures = await street.finish();
    draw?.(screen(scene(street, input.width)));
    draw?.done();
    const { lost, firstVerdictMs, tally } = street;
    if (!interactive && isRead && tally.samples > 0)
      process.stderr.write(`accuracy ${percent(tally.right / tally.samples)} of ${tally.samples} samples\n`);
    if (flags.json) printJson({ ...figures, lost, firstVerdictMs });
  } finally {
    stopListening();
    await street.stop();
  }
}

function scene(street: StreetDemo, size: number): Scene {
  const { tally, off, fleet, stats } = street;
  const latest = tally.recent[0]?.verdict.slot;
  return {
    tally,
    off,
    size,
    pictures: latest === undefined ? fleet.agents.map(() => null) : street.pictures(latest),
    description: latest === undefined ? '' : street.description(latest),
    bytes: stats?.bytes ?? { payloadPerView: null, wirePerView: null },
    rawPerView: size * size * 3,
    mqttUrl: fleet.mqttUrl,
    httpUrl: fleet.httpUrl,
    columns: process.stdout.columns || 120,
    keys: Boolean(process.stdin.isTTY),
  };
}

/** Triggers slot after slot at the rate, until the samples are done or the user quits. */
async function pace({ rate, samples }: DemoFlags, signal: AbortSignal, trigger: (slot: number) => void): Promise<void> {
  const startedAt = performance.now();
  for (let slot = 0; !signal.aborted && (samples === undefined || slot < samples); slot++) {
    const wait = startedAt + (slot * 1000) / rate - performance.now();
    // Waits even when it is late: a loop that never waits would not notice the cameras or Ctrl-C.
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait)));
    trigger(slot);
  }
}

/** Calls back on 1 to 9 (a camera) and on q or Ctrl-C; returns a function that gives the keyboard back. */
function listenToKeys(onCamera: (view: number) => void, onQuit: () => void): () => void {
  const { stdin } = process;
  if (!stdin.isTTY) return () => {};
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  const onKey = (key: string) => {
    if (key === 'q' || key === '\u0003') onQuit();
    else if (/^[1-9]$/.test(key)) onCamera(Number(key) - 1);
  };
  stdin.on('data', onKey);
  return () => {
    stdin.off('data', onKey);
    stdin.setRawMode(false);
    stdin.pause();
  };
}
