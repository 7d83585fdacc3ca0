import { connect, type Socket } from 'node:net';
import { decodeVerdicts, encodeUplinkFeatures, HEADER_BYTES, topic, type UplinkSizes } from '@ddnn/protocol';
import {
  connectPacket,
  ID_BYTES,
  PacketReader,
  pubackPacket,
  publishPacket,
  subscribePacket,
} from '../mqtt-packets.js';
import type { Answers } from './answers.js';
import type { BenchSample } from './samples.js';

/** What one edge sends. */
export interface UplinkLoadOptions {
  readonly port: number;
  readonly edge: string;
  readonly epoch: number;
  readonly sizes: UplinkSizes;
  readonly samplesAFrame: number;
  /** Frames sent and not yet answered, as an edge bounds them. */
  readonly inFlight: number;
  /** The first slot; every frame goes on where the last one ended. */
  readonly firstSlot: number;
}

const SITE = 'bench';
const MAX_SAMPLES = 1024;

/**
 * One edge on the uplink: its credentials and topics, QoS 1, a bounded number of frames in flight. A frame is in flight
 * until all of its samples have their verdict, as an edge counts it. The frames are built beforehand; only slot and
 * packet id change.
 */
export class UplinkLoad {
  readonly #options: UplinkLoadOptions;
  readonly #answers: Answers;
  readonly #pool: readonly BenchSample[];
  readonly #packets: readonly { readonly bytes: Buffer; readonly payload: number }[];
  /** Samples that wait, by slot: their place in the pool, and the frame that they went up in. */
  readonly #waiting = new Map<number, { readonly sample: number; readonly frame: { left: number; sentAt: number } }>();
  #socket: Socket | undefined;
  #slot: number;
  #frames = 0;
  #open = 0;
  #sending = false;
  #onIdle: (() => void) | undefined;

  constructor(pool: readonly BenchSample[], answers: Answers, options: UplinkLoadOptions) {
    const { epoch, sizes, samplesAFrame, edge } = options;
    this.#options = options;
    this.#answers = answers;
    this.#pool = pool;
    this.#slot = options.firstSlot;
    const name = topic('uplinkFeatures', { site: SITE, edge });
    this.#packets = Array.from({ length: Math.floor(pool.length / samplesAFrame) }, (_, frame) => {
      const first = frame * samplesAFrame;
      const samples = pool.slice(first, first + samplesAFrame).map(({ uplink }, i) => ({ ...uplink, slot: first + i }));
      const payload = encodeUplinkFeatures(epoch, samples, sizes);
      const bytes = publishPacket(name, payload, 1);
      return { bytes, payload: bytes.length - payload.length };
    });
  }

  /** Resolves when the cloud has admitted the edge and taken its subscriptions. */
  async connect(): Promise<void> {
    const { port, edge } = this.#options;
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket = socket;
    const topics = (['verdict', 'acknowledgement'] as const).map((which) => topic(which, { site: SITE, edge }));
    await new Promise<void>((resolve, reject) => {
      const reader = new PacketReader({
        onConnack: () => socket.write(subscribePacket(topics, 1)),
        onSuback: resolve,
        onPublish: (name, id, payload) => {
          socket.write(pubackPacket(id));
          if (name !== topics[0]) return this.#answers.fail(`the cloud refused a frame of ${edge}`);
          this.#take(payload);
        },
      });
      socket.on('data', (chunk) => {
        socket.cork();
        reader.read(chunk);
        socket.uncork();
      });
      socket.once('error', reject);
      socket.once('close', () => this.#answers.fail('the cloud closed the connection'));
      socket.write(connectPacket(`${SITE}-${edge}`, `${SITE}/${edge}`));
    });
  }

  /** Keeps as many frames in flight as it may, until {@link settle}. */
  flood(): void {
    this.#sending = true;
    this.#fill();
  }

  /**
   * Sends one frame that was due at `dueAt`, if another one may be in flight; false: it may not. Its answer is timed
   * from then on.
   */
  sendOne(dueAt = performance.now()): boolean {
    if (this.#open >= this.#options.inFlight) return false;
    this.#send(dueAt);
    return true;
  }

  /** Sends no more; resolves when everything is answered. */
  settle(): Promise<void> {
    this.#sending = false;
    return new Promise((resolve) => {
      if (this.#open === 0) resolve();
      else this.#onIdle = resolve;
    });
  }

  close(): void {
    this.#socket?.removeAllListeners('close').destroy();
  }

  #fill(): void {
    this.#socket!.cork();
    while (this.#sending && this.sendOne());
    this.#socket!.uncork();
  }

  #send(sentAt: number): void {
    const { samplesAFrame } = this.#options;
    const place = this.#frames++ % this.#packets.length;
    const { bytes, payload } = this.#packets[place];
    // A copy, for the socket may still hold the last one.
    const packet = Buffer.from(bytes);
    packet.writeUInt16BE((this.#frames % 0xffff) + 1, payload - ID_BYTES);
    packet.writeUIntLE(this.#slot, payload + HEADER_BYTES, 6);
    const frame = { left: samplesAFrame, sentAt };
    for (let i = 0; i < samplesAFrame; i++) {
      this.#waiting.set(this.#slot++, { sample: place * samplesAFrame + i, frame });
    }
    this.#open++;
    this.#socket!.write(packet);
  }

  #take(payload: Uint8Array): void {
    const { epoch, sizes } = this.#options;
    const now = performance.now();
    for (const { slot, classIndex } of decodeVerdicts(payload, 'verdict', epoch, sizes.views, MAX_SAMPLES)) {
      const waiting = this.#waiting.get(slot);
      if (!waiting) {
        this.#answers.fail(`slot ${slot} was answered twice, or never asked`);
        return;
      }
      this.#waiting.delete(slot);
      const { sample, frame } = waiting;
      this.#answers.add(classIndex === this.#pool[sample].classIndex, now - frame.sentAt);
      if (--frame.left > 0) continue;
      this.#open--;
    }
    if (this.#sending) this.#fill();
    else if (this.#open === 0) this.#onIdle?.();
  }
}
