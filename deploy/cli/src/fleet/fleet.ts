import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { VerdictJson } from '@ddnn/edge-broker';
import type { LogLevel } from '@ddnn/process';
import { decodeStatus, topic, topicFilter } from '@ddnn/protocol';
import { edgeName, SITE_NAME } from '@ddnn/training';
import mqtt, { type MqttClient } from 'mqtt';
import type { Role } from './create-unit.js';
import { type Member, startMember } from './member.js';

/** A whole installation on this machine: cloud, edges and one agent a view, over real sockets. */
export interface FleetOptions {
  readonly bundle: string;
  readonly views: number;
  /** The views of each edge; one edge with all of them when left out. */
  readonly groups?: readonly (readonly number[])[];
  /** The agents' `camera` setting, by view. */
  readonly camera: (view: number) => object;
  readonly oneProcess: boolean;
  readonly allowPixels: boolean;
  readonly mqttPort: number;
  readonly httpPort: number;
  readonly logLevel: LogLevel;
  readonly localThreshold?: number | undefined;
  readonly edgeThreshold?: number | undefined;
  /** Deadlines of the edges in ms. */
  readonly window: { summaryDeadlineMs: number; featureDeadlineMs: number; cloudDeadlineMs: number };
  /** The agents' setting of that name. */
  readonly batch?: { samples: number; waitMs: number };
  /** The edges' setting of that name; defaults for what is left out. */
  readonly records?: { batch?: number; sendMs?: number };
  /** How long the cloud waits for the other edges of a site; its own default when left out. */
  readonly joinDeadlineMs?: number;
  readonly onVerdict: (verdict: VerdictJson) => void;
}

const READY_MS = 30_000;
const POLL_MS = 25;

/** Starts and stops a whole installation, and listens to its verdicts. */
export class Fleet {
  readonly #options: FleetOptions;
  #folder = '';
  #cloud: Member | undefined;
  #edges: Member[] = [];
  #agents: Member[] = [];
  #listeners: MqttClient[] = [];
  /** Devices that are online, by name. */
  readonly #online = new Set<string>();

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Its name and the edges' stand in every packet of the uplink: as `ddnn eval` counts them. */
  readonly site = SITE_NAME;

  get agents(): readonly Member[] {
    return this.#agents;
  }

  /** Of the first edge. */
  get mqttUrl(): string {
    return this.mqttUrls[0];
  }

  /** Of each edge. */
  get mqttUrls(): string[] {
    return this.#edges.map(({ announce }) => `mqtt://127.0.0.1:${announce.mqttPort}`);
  }

  get httpUrl(): string {
    return `http://127.0.0.1:${this.#cloud!.announce.httpPort}`;
  }

  /** Starts everything; resolves when every agent is online and every bridge is connected. */
  async start(): Promise<void> {
    const { bundle, views, httpPort, joinDeadlineMs } = this.#options;
    this.#folder = await mkdtemp(path.join(tmpdir(), 'ddnn-'));
    const cloudConfig = {
      bundle: path.resolve(bundle),
      uplink: { port: 0, ...(joinDeadlineMs === undefined ? {} : { joinDeadlineMs }) },
      http: { port: httpPort },
      store: { file: path.join(this.#folder, 'verdicts.sqlite') },
    };
    this.#cloud = await this.#member('cloud', 'cloud', cloudConfig);
    for (const group of this.#groups.keys()) {
      const member = this.#groups.length > 1 ? `edge${group}` : 'edge';
      this.#edges.push(await this.#member('edge', member, this.#edgeConfig(member, group)));
    }
    for (const url of this.mqttUrls) await this.#listen(url);
    const starts = Array.from({ length: views }, (_, view) => this.#agent(view));
    // Members that did start must be known before an error ends this; otherwise nobody would stop them.
    const started = await Promise.allSettled(starts);
    this.#agents = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = started.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    await this.#ready();
  }

  /** Starts the agent of a view again after it was killed. */
  async restartAgent(view: number): Promise<void> {
    this.#agents[view] = await this.#agent(view);
  }

  /** Triggers a sample on every agent that lives. */
  capture(slot: number): void {
    for (const agent of this.#agents) if (agent.alive) agent.capture(slot);
  }

  /** Stops agents and edges. After that, all records are in the cloud and all bytes are counted. */
  async stopSite(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.stop()));
    for (const listener of this.#listeners.splice(0)) await listener.endAsync(true);
    await Promise.all(this.#edges.map((edge) => edge.stop()));
  }

  /** Stops everything and removes its files. */
  async stop(): Promise<void> {
    await this.stopSite();
    await this.#cloud?.stop();
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  get #groups(): readonly (readonly number[])[] {
    return this.#options.groups ?? [Array.from({ length: this.#options.views }, (_, view) => view)];
  }

  #agent(view: number): Promise<Member> {
    return this.#member('agent', `agent-${view}`, this.#agentConfig(view));
  }

  #member(role: Role, name: string, config: object): Promise<Member> {
    return startMember(role, name, config, { ...this.#options, folder: this.#folder });
  }

  #edgeConfig(member: string, group: number): object {
    const { bundle, allowPixels, mqttPort, window, records, localThreshold, edgeThreshold } = this.#options;
    return {
      site: SITE_NAME,
      edge: edgeName(group),
      bundle: path.resolve(bundle),
      group,
      slotMs: 0,
      mqtt: { port: mqttPort === 0 ? 0 : mqttPort + group },
      window,
      ...(records ? { records } : {}),
      uplink: { url: `mqtt://127.0.0.1:${this.#cloud!.announce.mqttPort}` },
      outbox: { folder: path.join(this.#folder, `outbox-${member}`) },
      verdictTopic: true,
      allowPixels,
      ...(localThreshold === undefined ? {} : { localThreshold }),
      ...(edgeThreshold === undefined ? {} : { edgeThreshold }),
    };
  }

  #agentConfig(view: number): object {
    const { bundle, camera, allowPixels, batch } = this.#options;
    return {
      device: String(view),
      view,
      edge: { url: this.mqttUrls[this.#groups.findIndex((group) => group.includes(view))], reconnectMs: 200 },
      bundle: path.resolve(bundle),
      camera: camera(view),
      pace: 'parent',
      cacheSamples: 1024,
      ...(batch ? { batch } : {}),
      allowPixels,
    };
  }

  async #listen(url: string): Promise<void> {
    const client = await mqtt.connectAsync(url, { clientId: 'fleet' });
    // Its edge may be killed: the others go on.
    client.on('error', () => {});
    this.#listeners.push(client);
    const verdicts = topic('verdictJson', { site: SITE_NAME });
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
    const urls = this.#edges.map(({ announce }) => `http://127.0.0.1:${announce.healthPort}/readyz`);
    for (;;) {
      const bridged = (await Promise.all(urls.map(async (url) => (await fetch(url)).ok))).every((ok) => ok);
      if (bridged && this.#online.size === this.#options.views && (await this.#knownInCloud())) return;
      if (performance.now() > giveUpAt) {
        throw new Error(
          `not ready after ${READY_MS / 1000} s: ${this.#online.size} of ${this.#options.views} agents online, bridge ${bridged ? 'up' : 'down'}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** The cloud waits only for edges that it knows to be online, so it must know all of them before the first sample. */
  async #knownInCloud(): Promise<boolean> {
    if (this.#edges.length === 1) return true;
    const answer = (await (await fetch(`${this.httpUrl}/v1/devices`)).json()) as { devices: { state: string }[] };
    return answer.devices.filter(({ state }) => state === 'online').length === this.#options.views;
  }
}
