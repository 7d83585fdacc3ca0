import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { VerdictJson } from '@ddnn/edge-broker';
import type { LogLevel } from '@ddnn/process';
import { decodeStatus, topic, topicFilter } from '@ddnn/protocol';
import mqtt, { type MqttClient } from 'mqtt';
import { type Member, type MemberOptions, startMember } from './member.js';

/** A whole installation on this machine: cloud, edge and one agent a view, over real sockets. */
export interface FleetOptions {
  readonly bundle: string;
  readonly views: number;
  /** The agents' `camera` setting, by view. */
  readonly camera: (view: number) => object;
  readonly oneProcess: boolean;
  readonly allowPixels: boolean;
  readonly mqttPort: number;
  readonly httpPort: number;
  readonly logLevel: LogLevel;
  readonly localThreshold?: number | undefined;
  readonly edgeThreshold?: number | undefined;
  /** Deadlines of the edge in ms. */
  readonly window: { summaryDeadlineMs: number; featureDeadlineMs: number; cloudDeadlineMs: number };
  readonly onVerdict: (verdict: VerdictJson) => void;
}

const SITE = 'site';
const EDGE = 'edge';
const READY_MS = 30_000;
const POLL_MS = 25;

/** Starts and stops a whole installation, and listens to its verdicts. */
export class Fleet {
  readonly #options: FleetOptions;
  #folder = '';
  #cloud: Member | undefined;
  #edge: Member | undefined;
  #agents: Member[] = [];
  #listener: MqttClient | undefined;
  readonly #online = new Set<string>();

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  readonly site = SITE;

  get agents(): readonly Member[] {
    return this.#agents;
  }

  get edge(): Member {
    return this.#edge!;
  }

  get cloud(): Member {
    return this.#cloud!;
  }

  get mqttUrl(): string {
    return `mqtt://127.0.0.1:${this.edge.announce.mqttPort}`;
  }

  get uplinkUrl(): string {
    return `mqtt://127.0.0.1:${this.cloud.announce.mqttPort}`;
  }

  get httpUrl(): string {
    return `http://127.0.0.1:${this.cloud.announce.httpPort}`;
  }

  /** Starts everything; resolves when every agent is online and the bridge stands. */
  async start(): Promise<void> {
    const { bundle, views, camera, allowPixels, mqttPort, httpPort, window, oneProcess, logLevel } = this.#options;
    this.#folder = await mkdtemp(path.join(tmpdir(), 'ddnn-'));
    const members: MemberOptions = { folder: this.#folder, oneProcess, logLevel };
    const cloudConfig = {
      bundle: path.resolve(bundle),
      uplink: { port: 0 },
      http: { port: httpPort },
      store: { file: path.join(this.#folder, 'verdicts.sqlite') },
    };
    this.#cloud = await startMember('cloud', 'cloud', cloudConfig, members);
    const { localThreshold, edgeThreshold } = this.#options;
    const edgeConfig = {
      site: SITE,
      edge: EDGE,
      bundle: path.resolve(bundle),
      slotMs: 0,
      mqtt: { port: mqttPort },
      window,
      uplink: { url: this.uplinkUrl },
      outbox: { folder: path.join(this.#folder, 'outbox') },
      verdictTopic: true,
      allowPixels,
      ...(localThreshold === undefined ? {} : { localThreshold }),
      ...(edgeThreshold === undefined ? {} : { edgeThreshold }),
    };
    this.#edge = await startMember('edge', 'edge', edgeConfig, members);
    await this.#listen();
    const starts = Array.from({ length: views }, (_, view) =>
      startMember('agent', `agent-${view}`, this.#agentConfig(view, camera), members),
    );
    // Those that did start must be known before an error ends this, or nobody would stop them.
    const started = await Promise.allSettled(starts);
    this.#agents = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = started.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    await this.#ready();
  }

  /** Starts the agent of a view again after it was killed. */
  async restartAgent(view: number): Promise<void> {
    const { oneProcess, logLevel, camera } = this.#options;
    const members = { folder: this.#folder, oneProcess, logLevel };
    this.#agents[view] = await startMember('agent', `agent-${view}`, this.#agentConfig(view, camera), members);
  }

  /** Devices that are online, by name. */
  get online(): ReadonlySet<string> {
    return this.#online;
  }

  /** Triggers a sample on every agent that lives. */
  capture(slot: number): void {
    for (const agent of this.#agents) if (agent.alive) agent.capture(slot);
  }

  /** Stops agents and edge, so that all records are in the cloud and bytes are counted to the end. */
  async stopSite(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.stop()));
    await this.#listener?.endAsync(true);
    this.#listener = undefined;
    await this.#edge?.stop();
  }

  /** Stops everything and removes its files. */
  async stop(): Promise<void> {
    await this.stopSite();
    await this.#cloud?.stop();
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  #agentConfig(view: number, camera: (view: number) => object): object {
    const { bundle, allowPixels } = this.#options;
    return {
      device: String(view),
      view,
      edge: { url: this.mqttUrl, reconnectMs: 200 },
      bundle: path.resolve(bundle),
      camera: camera(view),
      pace: 'parent',
      cacheSamples: 1024,
      allowPixels,
    };
  }

  async #listen(): Promise<void> {
    const client = await mqtt.connectAsync(this.mqttUrl, { clientId: 'fleet' });
    this.#listener = client;
    const verdicts = topic('verdictJson', { site: SITE });
    client.on('message', (name, payload) => {
      if (name === verdicts) {
        this.#options.onVerdict(JSON.parse(payload.toString()) as VerdictJson);
        return;
      }
      const device = name.slice(name.indexOf('/') + 1);
      if (decodeStatus(payload).state === 'online') this.#online.add(device);
      else this.#online.delete(device);
    });
    await client.subscribeAsync([verdicts, topicFilter('deviceStatus')], { qos: 1 });
  }

  async #ready(): Promise<void> {
    const giveUpAt = performance.now() + READY_MS;
    const url = `http://127.0.0.1:${this.edge.announce.healthPort}/readyz`;
    for (;;) {
      const bridged = (await fetch(url)).ok;
      if (bridged && this.#online.size === this.#options.views) return;
      if (performance.now() > giveUpAt) {
        throw new Error(
          `not ready after ${READY_MS / 1000} s: ${this.#online.size} of ${this.#options.views} agents online, bridge ${bridged ? 'up' : 'down'}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}
