import { fileURLToPath } from 'node:url';
import type { VerdictJson } from '@ddnn/edge-broker';
import { Street } from '@ddnn/street';
import { createLogUpdate } from 'log-update';
import { plainLine, type Scene, screen } from '../demo/screen.js';
import { Tally } from '../demo/tally.js';
import { CloudClient, type CloudStats } from '../fleet/cloud-client.js';
import { Fleet } from '../fleet/fleet.js';
import { printJson } from '../terminal/output.js';
import { readBundle } from './open-bundle.js';

interface DemoFlags {
  readonly seed: number;
  readonly rate: number;
  readonly samples?: number;
  readonly oneProcess?: boolean;
  readonly mqttPort: number;
  readonly httpPort: number;
  readonly json?: boolean;
}

/** Trained on other traffic than the demo shows; the command that made it stands in docs/training.md. */
const BUNDLE = fileURLToPath(new URL('../../demo/street.ddnn', import.meta.url));
const STATS_MS = 1_000;
const OPEN_SAMPLES = 256;
const LAST_VERDICTS_MS = 2_000;
const WINDOW = { summaryDeadlineMs: 500, featureDeadlineMs: 700, cloudDeadlineMs: 3_000 };

/** `ddnn demo`: the simulated street through a whole installation on this machine. */
export async function demo(flags: DemoFlags): Promise<void> {
  const startedAt = performance.now();
  const bundle = await readBundle(BUNDLE);
  const { views, input } = bundle.architecture;
  const street = new Street({ seed: flags.seed, size: input.width });
  const tally = new Tally();
  /** When each unanswered slot was triggered; bounded, oldest first. */
  const open = new Map<number, number>();
  const unlabelled: number[] = [];
  let firstVerdictMs: number | undefined;
  let latest: VerdictJson | undefined;
  let stats: CloudStats | undefined;

  const pictures = (slot: number) => Array.from({ length: views }, (_, view) => street.render(slot, view));
  // What no camera sees is there all the same, but "none" is then the right answer.
  const truth = (slot: number) => (pictures(slot).some((picture) => picture) ? street.sample(slot).label : 'none');
  const onVerdict = (verdict: VerdictJson) => {
    const triggeredAt = open.get(verdict.slot);
    if (triggeredAt === undefined) return;
    open.delete(verdict.slot);
    firstVerdictMs ??= performance.now() - startedAt;
    const judged = { verdict, truth: truth(verdict.slot), latencyMs: performance.now() - triggeredAt };
    tally.add(judged);
    unlabelled.push(verdict.slot);
    latest = verdict;
    if (!interactive && !flags.json) process.stdout.write(`${plainLine(judged)}\n`);
  };
  const fleet = new Fleet({
    bundle: BUNDLE,
    views,
    camera: () => ({ kind: 'simulated', seed: flags.seed }),
    oneProcess: flags.oneProcess ?? false,
    allowPixels: false,
    mqttPort: flags.mqttPort,
    httpPort: flags.httpPort,
    logLevel: 'error',
    window: WINDOW,
    onVerdict,
  });
  const interactive = Boolean(process.stdout.isTTY) && !flags.json;
  const off = new Set<number>();
  const quit = new AbortController();
  process.once('SIGINT', () => quit.abort());
  process.once('SIGTERM', () => quit.abort());
  try {
    await fleet.start();
    if (!interactive)
      process.stderr.write(`watch: ddnn watch --url ${fleet.mqttUrl}   REST: ${fleet.httpUrl}/v1/verdicts\n`);
    const cloud = new CloudClient(fleet.httpUrl);
    const label = () =>
      cloud.putLabels(
        fleet.site,
        unlabelled.splice(0).map((slot) => ({ slot, label: truth(slot) })),
      );
    const draw = interactive ? createLogUpdate(process.stdout) : undefined;
    const timers = [
      setInterval(() => {
        label()
          .then(() => cloud.stats())
          .then(
            (now) => {
              stats = now;
            },
            (error: Error) => process.stderr.write(`${error.message}\n`),
          );
      }, STATS_MS),
    ];
    const scene = (): Scene => ({
      tally,
      pictures: latest ? pictures(latest.slot) : new Array<null>(views).fill(null),
      size: input.width,
      description: latest ? street.sample(latest.slot).description : '',
      off,
      bytes: stats?.bytes ?? { payloadPerView: null, wirePerView: null },
      rawPerView: input.width * input.height * input.channels,
      mqttUrl: fleet.mqttUrl,
      httpUrl: fleet.httpUrl,
      columns: process.stdout.columns || 120,
      keys: Boolean(process.stdin.isTTY),
    });
    if (interactive) listenToKeys(fleet, off, quit);
    await pace(flags, quit.signal, (slot) => {
      if (open.size >= OPEN_SAMPLES) open.delete(open.keys().next().value!);
      open.set(slot, performance.now());
      fleet.capture(slot);
      draw?.(screen(scene()));
    });
    const giveUpAt = performance.now() + LAST_VERDICTS_MS;
    while (open.size > 0 && performance.now() < giveUpAt) await new Promise((resolve) => setTimeout(resolve, 20));
    draw?.(screen(scene()));
    draw?.done();
    for (const timer of timers) clearInterval(timer);
    await fleet.stopSite();
    await label();
    const final = await cloud.stats();
    if (flags.json) printJson({ ...final, lost: open.size, firstVerdictMs });
  } finally {
    process.stdin.unref?.();
    if (process.stdin.isTTY) process.stdin.setRawMode(false);
    await fleet.stop();
  }
}

/** Triggers slot after slot at the rate, until the samples are done or the user quits. */
async function pace({ rate, samples }: DemoFlags, signal: AbortSignal, trigger: (slot: number) => void): Promise<void> {
  const startedAt = performance.now();
  for (let slot = 0; !signal.aborted && (samples === undefined || slot < samples); slot++) {
    const wait = startedAt + (slot * 1000) / rate - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    trigger(slot);
  }
}

function listenToKeys(fleet: Fleet, off: Set<number>, quit: AbortController): void {
  if (!process.stdin.isTTY) return;
  process.stdin.setRawMode(true);
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (key: string) => {
    if (key === 'q' || key === '\u0003') quit.abort();
    const view = Number(key) - 1;
    if (!(view in fleet.agents)) return;
    if (off.delete(view)) {
      fleet.restartAgent(view).catch((error: Error) => process.stderr.write(`${error.message}\n`));
    } else {
      off.add(view);
      fleet.agents[view].kill();
    }
  });
}
