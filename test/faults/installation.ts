import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ResolvedArchitecture } from '@ddnn/model';
import { randomBundle } from '@ddnn/model/testing';
import mqtt, { type MqttClient } from 'mqtt';
import { ROOT } from '../ddnn.js';

export { Link } from './link.js';

const architecture = (views: number): ResolvedArchitecture => ({
  name: `${views} cameras`,
  input: { height: 16, width: 16, channels: 3 },
  views,
  classes: ['car', 'bus', 'person'],
  device: { section: [{ convp: { filters: 2 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [{ fc: { units: 8 } }] },
});
const BIN = path.join(ROOT, 'deploy/cli/bin/ddnn.js');
const SHIFTED_DATE = path.join(ROOT, 'test/faults/shifted-date.mjs');
const FAILPOINT = path.join(ROOT, 'test/soak/failpoint.mjs');

/** A role of the installation in a process of its own. */
export interface Process {
  readonly ports: Readonly<Record<string, number>>;
  readonly log: () => string;
  /** Whether it runs: it has neither been ended, nor ended by itself. */
  readonly alive: () => boolean;
  /** Resolves when it has ended, however it did. */
  readonly gone: Promise<unknown>;
  /** Ends it as a power cut of its machine would. */
  kill(): Promise<void>;
  /** Ends it in order; resolves to its exit code. */
  stop(): Promise<number | null>;
}

/** A verdict as REST shows it, and but for `revised` the verdict topic, as far as the tests look. */
export interface Shown {
  readonly slot: number;
  readonly class: string;
  readonly exit: string;
  readonly reason: string;
  /** Which bundle answered; the verdict topic does not tell it. */
  readonly epoch: number;
  /** State of every view. */
  readonly views: readonly string[];
  readonly revised: { readonly class: string } | null;
}

/** Cloud, edge and agents in processes of their own, on files in one folder. */
export class Installation {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'ddnn-faults-'));
  readonly bundle: string;
  /** What was published on the live verdict topic. */
  readonly heard: Shown[] = [];
  readonly #shift = path.join(this.folder, 'shift');
  readonly #running = new Set<ChildProcess>();
  readonly #clients: MqttClient[] = [];
  readonly #views: number;
  #files = 0;

  constructor(views = 2) {
    this.#views = views;
    this.bundle = this.bundleOf(1);
    this.setEdgeClock(0);
  }

  /** A bundle file of its own for each epoch, all of one shape. */
  bundleOf(epoch: number): string {
    const file = path.join(this.folder, `${epoch}.ddnn`);
    // Written once: somebody may be reading it.
    if (!existsSync(file)) writeFileSync(file, randomBundle(architecture(this.#views), epoch));
    return file;
  }

  /** Sets the wall clock of every edge, so many ms off the right time. */
  setEdgeClock(ms: number): void {
    // Never seen half written.
    writeFileSync(`${this.#shift}.new`, String(ms));
    renameSync(`${this.#shift}.new`, this.#shift);
  }

  /** A cloud on the store of the one before it. */
  cloud(uplinkPort = 0, settings: object = {}, failpoint?: string): Promise<Process> {
    return this.#start('cloud', failpoint, {
      bundle: this.bundle,
      uplink: { port: uplinkPort },
      http: { port: 0 },
      store: { file: path.join(this.folder, 'verdicts.sqlite') },
      ...settings,
    });
  }

  /** An edge that is never sure, on the outbox of the one before it. */
  edge(uplinkPort: number, settings: object = {}, failpoint?: string): Promise<Process> {
    return this.#start('edge', failpoint, {
      site: 'plaza',
      bundle: this.bundle,
      slotMs: 50,
      mqtt: { port: 0 },
      localThreshold: 0,
      // On a busy machine too, only the fault that is tested makes a fallback.
      window: { featureDeadlineMs: 5000, cloudDeadlineMs: 10_000 },
      verdictTopic: true,
      outbox: { folder: path.join(this.folder, 'outbox') },
      uplink: { url: `mqtt://127.0.0.1:${uplinkPort}`, reconnectMs: 100, maxReconnectMs: 200, resendMs: 500 },
      ...settings,
    });
  }

  agents(edge: Process): Promise<Process[]> {
    return Promise.all(Array.from({ length: this.#views }, (_, view) => this.agent(view, edge.ports.mqttPort)));
  }

  /** The agent of one view, whose edge is behind that port. */
  agent(view: number, edgePort: number, settings: object = {}): Promise<Process> {
    return this.#start('agent', undefined, {
      device: String(view),
      view,
      bundle: this.bundle,
      edge: { url: `mqtt://127.0.0.1:${edgePort}`, reconnectMs: 100, maxReconnectMs: 200 },
      camera: { kind: 'simulated', seed: 1 },
      ...settings,
    });
  }

  /** Listens to the edge's verdicts. */
  async listen(edge: Process): Promise<void> {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${edge.ports.mqttPort}`, { reconnectPeriod: 0 });
    client.on('error', () => {});
    client.on('message', (_, payload) => this.heard.push(JSON.parse(String(payload))));
    this.#clients.push(client);
    await client.subscribeAsync('ddnn/plaza/verdict');
  }

  /** Live verdicts that were fallbacks, by slot. */
  heardFallbacks(): Map<number, Shown> {
    return new Map(this.heard.filter(({ exit }) => exit === 'fallback').map((verdict) => [verdict.slot, verdict]));
  }

  /** Every verdict that the cloud's REST shows. */
  async verdicts(cloud: Process): Promise<Shown[]> {
    const found: Shown[] = [];
    let cursor = '';
    do {
      const url = `http://127.0.0.1:${cloud.ports.httpPort}/v1/verdicts?limit=1000${cursor}`;
      const page = (await (await fetch(url)).json()) as { verdicts: Shown[]; next: string | null };
      found.push(...page.verdicts);
      cursor = page.next === null ? '' : `&cursor=${encodeURIComponent(page.next)}`;
    } while (cursor);
    return found;
  }

  async metric(of: Process, pattern: RegExp): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${of.ports.healthPort}/metrics`)).text();
    const line = text.split('\n').find((candidate) => pattern.test(candidate));
    return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ')));
  }

  /** What `/readyz` says. */
  async ready(of: Process): Promise<{ status: string; notes?: Record<string, string> }> {
    return (await fetch(`http://127.0.0.1:${of.ports.healthPort}/readyz`)).json() as never;
  }

  async remove(): Promise<void> {
    for (const client of this.#clients) await client.endAsync(true);
    for (const child of this.#running) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  /** @param failpoint the call at which the process dies, see `soak/failpoint.mjs` */
  async #start(role: string, failpoint: string | undefined, config: object): Promise<Process> {
    const file = path.join(this.folder, `${role}-${this.#files++}.yaml`);
    writeFileSync(file, JSON.stringify(config));
    // Without the test runner's own flags: a member runs what was built.
    const options: ForkOptions = {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [...(role === 'edge' ? ['--import', SHIFTED_DATE] : []), ...(failpoint ? ['--import', FAILPOINT] : [])],
      env: { ...withoutSettings(process.env), SHIFT_FILE: this.#shift, ...(failpoint ? { FAILPOINT: failpoint } : {}) },
    };
    const child = fork(BIN, [role, '--config', file], options);
    this.#running.add(child);
    let log = '';
    child.stderr!.on('data', (chunk) => {
      log = (log + chunk).slice(-20_000);
    });
    const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
    void gone.then(() => this.#running.delete(child));
    const ports = await new Promise<Record<string, number>>((resolve, reject) => {
      child.on('message', (message: Record<string, number> & { type: unknown }) => {
        if (message.type === 'ready') resolve(message);
      });
      void gone.then((code) => reject(new Error(`${role} ended with ${code} before it was ready:\n${log}`)));
    });
    return {
      ports,
      log: () => log,
      gone,
      alive: () => this.#running.has(child),
      async kill() {
        child.kill('SIGKILL');
        await gone;
      },
      stop() {
        child.kill('SIGTERM');
        return gone;
      },
    };
  }
}

/** Variables named so are settings to the product, or meant for these tests. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('DDNN_')));
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Tests wait for what must come, however slow the machine is; this only ends what would never come. */
const PATIENCE_MS = 240_000;
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  ms = PATIENCE_MS,
): Promise<void> {
  const giveUpAt = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`waited in vain until ${what}`);
    await wait(50);
  }
}
