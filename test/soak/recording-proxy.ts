import { connect, createServer, type Server, type Socket } from 'node:net';
import {
  decodeFeatures,
  decodeSummary,
  frameEpoch,
  MAX_SLOT_GAP,
  parseTopic,
  restoreSlot,
  type TopicName,
} from '@ddnn/protocol';
import mqttPacket, { type IPublishPacket } from 'mqtt-packet';
import type { HistoryEvent } from './history.js';

/** What the proxy must know of the frames that cross it. */
export interface Recording {
  readonly scoreBytes: number;
  readonly featureBytes: number;
  readonly slotMs: number;
  readonly note: (event: HistoryEvent) => void;
  /** Ms of the run. */
  readonly now: () => number;
}

/** One sample of one view, as its features stand in the history. */
interface ViewFeatures {
  readonly view: number;
  readonly slot: number;
  readonly epoch: number;
}

/**
 * Stands between agents and their edge, and notes what crosses: frames before the edge gets them, and the PUBACKs of
 * features that the edge sent, whether their device is still there or not.
 */
export class RecordingProxy {
  readonly #recording: Recording;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  /** Listens; connections go on to that port of this machine. Returns where it listens. */
  async start(edgePort: number): Promise<number> {
    this.#server = createServer((near) => this.#join(near, connect(edgePort, '127.0.0.1')));
    await new Promise<void>((resolve) => this.#server!.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as { port: number }).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<unknown>((resolve) => (this.#server ? this.#server.close(resolve) : resolve(undefined)));
  }

  #join(near: Socket, far: Socket): void {
    const connection = new RecordedConnection(this.#recording);
    const [up, down] = [mqttPacket.parser(), mqttPacket.parser()];
    up.on('packet', (packet) => {
      if (packet.cmd === 'publish') connection.published(packet);
    });
    down.on('packet', (packet) => {
      if (packet.cmd === 'puback') connection.acknowledged(packet.messageId!);
    });
    for (const [from, into, parser] of [
      [near, far, up],
      [far, near, down],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => {});
      from.once('close', () => {
        this.#sockets.delete(from);
        into.destroy();
      });
      // Noted first: what the other side does with it comes later in the history too.
      from.on('data', (chunk) => parser.parse(chunk));
      from.pipe(into);
    }
  }
}

/** What crossed one connection of a device. */
class RecordedConnection {
  readonly #recording: Recording;
  /** Features that wait for their PUBACK, by message id. */
  readonly #unacknowledged = new Map<number, readonly ViewFeatures[]>();

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  published({ topic, payload, messageId }: IPublishPacket): void {
    const { scoreBytes, featureBytes } = this.#recording;
    const { which, names } = parseTopic(topic) ?? {};
    if (which !== 'summary' && which !== 'features') return;
    const bytes = payload as Buffer;
    const view = Number(names!.device);
    if (which === 'summary') {
      const slots = this.#slots((visit) => decodeSummary(bytes, undefined, scoreBytes, MAX_SLOT_GAP, visit));
      this.#note(which, view, frameEpoch(bytes), slots);
    } else {
      // Without a body the device only says that it has them no longer.
      const slots = this.#slots((visit) =>
        decodeFeatures(bytes, undefined, featureBytes, MAX_SLOT_GAP, (short, has) => has && visit(short)),
      );
      this.#unacknowledged.set(messageId!, this.#note(which, view, frameEpoch(bytes), slots));
    }
  }

  acknowledged(messageId: number): void {
    const { note, now } = this.#recording;
    for (const features of this.#unacknowledged.get(messageId) ?? []) {
      note({ what: 'acknowledged', at: now(), ...features });
    }
    this.#unacknowledged.delete(messageId);
  }

  /** Whole slots, near the time of day as the edge's are. */
  #slots(decode: (visit: (shortSlot: number) => void) => void): number[] {
    const reference = Math.floor(Date.now() / this.#recording.slotMs);
    const slots: number[] = [];
    decode((short) => slots.push(restoreSlot(short, reference)));
    return slots;
  }

  #note(kind: TopicName & ('summary' | 'features'), view: number, epoch: number, slots: readonly number[]) {
    const { note, now } = this.#recording;
    const at = now();
    for (const slot of slots) note({ what: 'sent', at, kind, view, slot, epoch });
    return slots.map((slot) => ({ view, slot, epoch }));
  }
}
