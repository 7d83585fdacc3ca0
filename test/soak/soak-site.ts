import { readFileSync } from 'node:fs';
import { openBundle } from '@ddnn/model';
import { freePort, Installation, Link, type Process, until, wait } from '../faults/installation.js';
import type { HistoryEvent, Stored } from './history.js';
import { LiveVerdicts } from './live-verdicts.js';
import { RecordingProxy } from './recording-proxy.js';

export const VIEWS = 3;
const SLOT_MS = 50;
/** 2 s late, and 20 kbit/s. */
const SLOW = { delayMs: 2000, bitsPerSecond: 20_000 };
/** The edge counts its outbox once a second. */
const COUNTED_MS = 1200;

/**
 * An installation whose history is written down: a proxy between agents and edge, a listener of live verdicts, a link
 * to the cloud that can be broken. What is killed comes back on its old port and folder.
 */
export class SoakSite {
  readonly history: HistoryEvent[] = [];
  /** Processes killed so far. */
  kills = 0;
  readonly #startedAt = performance.now();
  /** Ms of the run. */
  readonly now = () => performance.now() - this.#startedAt;
  readonly #site = new Installation(VIEWS);
  readonly #link = new Link();
  readonly #proxy: RecordingProxy;
  readonly #live = new LiveVerdicts((said) => this.history.push(said), this.now);
  readonly #agents: Process[] = [];
  #epoch = 1;
  #cloudPort = 0;
  #linkPort = 0;
  #edgePort = 0;
  #proxyPort = 0;
  #cloud!: Process;
  #edge!: Process;

  constructor() {
    const { shapes } = openBundle(readFileSync(this.#site.bundle));
    this.#proxy = new RecordingProxy({
      scoreBytes: shapes.scoreBytes,
      featureBytes: shapes.device.featureBytes,
      slotMs: SLOT_MS,
      note: (event) => this.history.push(event),
      now: this.now,
    });
  }

  async start(): Promise<void> {
    this.#cloudPort = await freePort();
    this.#edgePort = await freePort();
    this.#linkPort = await this.#link.start(this.#cloudPort);
    this.#proxyPort = await this.#proxy.start(this.#edgePort);
    await this.startCloud();
    await this.startEdge();
    await this.#live.start(this.#edgePort);
    await this.#startAgents();
  }

  async startCloud(failpoint?: string): Promise<void> {
    const epoch = this.#epoch;
    const previous = epoch > 1 ? { previousBundle: this.#site.bundleOf(epoch - 1) } : {};
    const settings = { epoch, bundle: this.#site.bundleOf(epoch), ...previous };
    this.#cloud = await this.#site.cloud(this.#cloudPort, settings, failpoint);
  }

  async startEdge(failpoint?: string): Promise<void> {
    const settings = {
      epoch: this.#epoch,
      bundle: this.#site.bundleOf(this.#epoch),
      mqtt: { port: this.#edgePort },
      // As the product has them, for late features are a fault that is looked for too.
      window: {},
      uplink: {
        url: `mqtt://127.0.0.1:${this.#linkPort}`,
        // Soon enough to notice a half open link, and longer than a ping takes on a slow one.
        keepaliveSeconds: 5,
        reconnectMs: 100,
        maxReconnectMs: 1000,
      },
    };
    this.#edge = await this.#site.edge(this.#linkPort, settings, failpoint);
  }

  async startAgent(view: number): Promise<void> {
    this.#agents[view] = await this.#site.agent(view, this.#proxyPort, { bundle: this.#site.bundleOf(this.#epoch) });
  }

  killCloud = () => this.#kill('the cloud', this.#cloud);
  killEdge = () => this.#kill('the edge', this.#edge);
  killAgent = (view: number) => this.#kill(`agent ${view}`, this.#agents[view]);

  /** Starts a process that dies at that point, and waits for that. It must not be running. */
  async dieAt(who: 'edge' | 'cloud', failpoint: string): Promise<void> {
    const start = who === 'edge' ? this.startEdge(failpoint) : this.startCloud(failpoint);
    const started = await start.then(
      () => true,
      (error: Error) => {
        // It may come to that point before it is ready.
        if (!error.message.includes('before it was ready')) throw error;
        return false;
      },
    );
    if (started) await (who === 'edge' ? this.#edge : this.#cloud).gone;
    this.kills++;
  }

  cutUplink = () => this.#link.takeAway();
  leaveUplinkHalfOpen = () => this.#link.halfOpen();
  slowUplink = () => this.#link.slowDown(SLOW);
  mendUplink = () => this.#link.mend();

  /** The next bundle, for whatever is started from now on. */
  nextEpoch(): void {
    this.#epoch++;
  }

  /** All agents anew, stopped in order: they only have the file of another bundle. */
  async restartAgents(): Promise<void> {
    await this.#stopAgents();
    await this.#startAgents();
  }

  /** Stops the agents; resolves when nothing waits at the edge any more. */
  async drain(): Promise<void> {
    await this.#stopAgents();
    let empty = 0;
    await until('nothing waits at the edge', async () => {
      const waiting = [
        /^ddnn_edge_outbox_entries/,
        /^ddnn_edge_waiting_samples.*"features"/,
        /^ddnn_edge_waiting_samples.*"cloud"/,
      ];
      const counts = await Promise.all(waiting.map((pattern) => this.#site.metric(this.#edge, pattern)));
      empty = counts.every((count) => count === 0) ? empty + 1 : 0;
      // What was in memory when the agents stopped is counted by the second look.
      if (empty < 2) await wait(COUNTED_MS);
      return empty === 2;
    });
  }

  async resume(): Promise<void> {
    await this.#startAgents();
  }

  /** Notes what the cloud has stored, as it shows it to everybody. */
  async noteStored(): Promise<void> {
    for (const { slot, class: name, exit, reason, views, epoch, revised } of await this.#site.verdicts(this.#cloud)) {
      const stored: Stored = {
        what: 'stored',
        slot,
        class: name,
        exit,
        reason,
        views,
        epoch,
        revised: revised !== null,
      };
      this.history.push(stored);
    }
  }

  /** The last words of whatever ended by itself. */
  obituary(): string {
    const all = [this.#cloud, this.#edge, ...this.#agents].filter((process) => process && !process.alive());
    return all.map((process) => `a process ended:\n${process.log()}`).join('\n');
  }

  async remove(): Promise<void> {
    await this.#live.stop();
    await this.#site.remove();
    await this.#proxy.stop();
    await this.#link.stop();
  }

  async #startAgents(): Promise<void> {
    await Promise.all(Array.from({ length: VIEWS }, (_, view) => this.startAgent(view)));
  }

  async #stopAgents(): Promise<void> {
    for (const agent of this.#agents) {
      if ((await agent.stop()) !== 0) throw new Error(`an agent did not stop in order:\n${agent.log()}`);
    }
  }

  #kill(name: string, process: Process): Promise<void> {
    if (!process.alive()) throw new Error(`${name} ended by itself:\n${process.log()}`);
    this.kills++;
    return process.kill();
  }
}
