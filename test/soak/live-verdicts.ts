import mqtt, { type MqttClient } from 'mqtt';
import { type Shown, until } from '../faults/installation.js';
import type { Said } from './history.js';

/** How soon it connects again: what an edge says right after its start should find somebody. */
const RECONNECT_MS = 20;

/** Listens to an edge's live verdicts, again after each restart of it. */
export class LiveVerdicts {
  readonly #note: (said: Said) => void;
  readonly #now: () => number;
  #client: MqttClient | undefined;

  /** @param now ms of the run */
  constructor(note: (said: Said) => void, now: () => number) {
    this.#note = note;
    this.#now = now;
  }

  /** Resolves once it listens. */
  async start(edgePort: number): Promise<void> {
    const client = mqtt.connect(`mqtt://127.0.0.1:${edgePort}`, { reconnectPeriod: RECONNECT_MS, resubscribe: false });
    this.#client = client;
    // Where nobody listens it tries again.
    client.on('error', () => {});
    client.on('message', (_, payload) => this.#heard(JSON.parse(String(payload))));
    let listens = false;
    client.on('connect', () =>
      client.subscribe('ddnn/plaza/verdict', (error) => {
        listens ||= error === null;
      }),
    );
    await until('the edge takes a subscription', () => listens);
  }

  async stop(): Promise<void> {
    await this.#client?.endAsync(true);
  }

  #heard({ slot, class: name, exit, reason = 'none', views }: Partial<Shown> & Shown): void {
    this.#note({ what: 'said', at: this.#now(), slot, class: name, exit, reason, views });
  }
}
