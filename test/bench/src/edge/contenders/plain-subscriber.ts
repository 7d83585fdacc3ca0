import { createLocalTier } from '@ddnn/model';
import { HEADER_BYTES } from '@ddnn/protocol';
import mqtt from 'mqtt';
import type { Contender } from '../contender.js';
import { Answers, LOCAL_THRESHOLD, openBenchBundle, VIEWS } from '../scenes.js';

/** Samples that may be open at once. */
const CELLS = 16_384;
const SHORT_SLOTS = 32_768;
const COMPLETE = 2 ** VIEWS - 1;

/** The usual way: any broker, and one mqtt.js subscriber that joins six views and runs the same exit. */
export class PlainSubscriber implements Contender {
  readonly answers = new Answers();
  onAnswer: ((slot: number) => void) | undefined;
  readonly #brokerPort: number;

  constructor(brokerPort: number) {
    this.#brokerPort = brokerPort;
  }

  async start(): Promise<number> {
    const bundle = openBenchBundle();
    const tier = createLocalTier(bundle, 0, LOCAL_THRESHOLD)!;
    const { scoreBytes } = bundle.shapes;
    const scores = new Int8Array(CELLS * VIEWS * scoreBytes);
    const masks = new Uint8Array(CELLS);
    // Slots come in order here, so the turn of the short slot is known from the samples answered.
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${this.#brokerPort}`, { clientId: 'bench-subscriber' });
    client.on('message', (name, payload) => {
      const view = name.charCodeAt(2) - 48;
      const short = payload[HEADER_BYTES] | ((payload[HEADER_BYTES + 1] & 127) << 8);
      const cell = short % CELLS;
      const from = HEADER_BYTES + 2;
      const at = (cell * VIEWS + view) * scoreBytes;
      for (let c = 0; c < scoreBytes; c++) scores[at + c] = payload[from + c];
      masks[cell] |= 1 << view;
      if (masks[cell] !== COMPLETE) return;
      masks[cell] = 0;
      tier.decide(scores, cell * VIEWS * scoreBytes, COMPLETE);
      const turns = Math.round((this.answers.samples - short) / SHORT_SLOTS);
      this.answers.add(turns * SHORT_SLOTS + short, tier.exit.classIndex);
    });
    await client.subscribeAsync('s/#');
    return this.#brokerPort;
  }
}
