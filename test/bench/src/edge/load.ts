import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Bundle } from '@ddnn/model';
import { encodeStatus, topic } from '@ddnn/protocol';
import { connectPacket, publishPacket, subscribePacket } from '../mqtt-packets.js';
import { serve } from '../talk.js';
import { hearProgress } from './progress.js';
import { deviceName, EPOCH, openBenchBundle, VIEWS } from './scenes.js';
import { SummaryPackets } from './summary-packets.js';

/** The process that plays all devices. */
export interface LoadTask {
  readonly port: number;
  readonly progressPort: number;
  readonly scenes: number;
  /** Samples of one scene that are sent and not yet answered, at most. */
  readonly underWay: number;
  /** Samples that one write of a device carries. */
  readonly block: number;
  /** Samples after which scores repeat; a power of two, above `underWay` + `block`. */
  readonly cycle: number;
}

/** One run: for so long, or so many samples a scene. */
export interface LoadRun {
  readonly ask: 'run';
  readonly qos: 0 | 1;
  readonly ms?: number;
  readonly samples?: number;
  /** Samples a second; left out: as fast as they are answered. */
  readonly rate?: number;
}

/** Starts or ends somebody who reads along. */
export interface LoadViewer {
  readonly ask: 'viewer';
  readonly on: boolean;
}

export interface LoadResult {
  /** Samples of all scenes. */
  readonly samples: number;
  readonly seconds: number;
  /** PUBACKs that came. */
  readonly acknowledged: number;
  /** Frames that the viewer received. */
  readonly viewed: number;
  /** Of each block in turn: how many samples it had, and when its last summary was written, in ms. */
  readonly blocks: Float64Array;
}

const CONNECT_AT_ONCE = 200;
const GIVE_UP_MS = 20_000;
const PUBACK_BYTES = 4;
const TICK_MS = 1;
/**
 * At a given rate: how far apart a device's writes are, and after which lag of the load itself it gives up catching up.
 */
const STEP_MS = 0.25;
const MAX_LAG_MS = 1;
const now = () => Number(process.hrtime.bigint()) / 1e6;

class Load {
  readonly #task: LoadTask;
  readonly #bundle: Bundle = openBenchBundle();
  readonly #sockets: Socket[] = [];
  readonly #packets = new Map<0 | 1, SummaryPackets[]>();
  #viewer: Socket | undefined;
  #received = 0;
  #viewed = 0;
  #done = 0;
  /** Samples sent, of every scene. */
  #slot = 0;
  /** The scene whose turn it is, and how many samples were sent of all. */
  #scene = 0;
  #sent = 0;
  #pump: () => void = () => {};

  constructor(task: LoadTask) {
    this.#task = task;
  }

  async connect(): Promise<void> {
    const { scenes, port, progressPort } = this.#task;
    const total = scenes * VIEWS;
    for (let first = 0; first < total; first += CONNECT_AT_ONCE) {
      const count = Math.min(CONNECT_AT_ONCE, total - first);
      const opened = Array.from({ length: count }, (_, i) => this.#device(port, first + i));
      this.#sockets.push(...(await Promise.all(opened)));
    }
    await hearProgress(progressPort, (done) => {
      this.#done = done;
      this.#pump();
    });
  }

  async #device(port: number, index: number): Promise<Socket> {
    const [scene, view] = [Math.floor(index / VIEWS), index % VIEWS];
    const name = deviceName(scene, view);
    const { architecture, shapes, hash } = this.#bundle;
    const status = encodeStatus(EPOCH, {
      state: 'online',
      view,
      views: VIEWS,
      classes: architecture.classes.length,
      scoreBytes: shapes.scoreBytes,
      featureBytes: shapes.device.featureBytes,
      slotMs: 0,
      bundle: hash,
      version: 'bench',
    });
    const socket = await client(port, connectPacket(`bench-${name}`, name));
    socket.write(publishPacket(topic('deviceStatus', { device: name }), status, 1));
    // Its PUBACK: from here on the device is online.
    await once(socket, 'data');
    socket.on('data', (bytes) => {
      this.#received += bytes.length;
      this.#pump();
    });
    return socket;
  }

  async viewer({ on }: LoadViewer): Promise<object> {
    this.#viewer?.destroy();
    this.#viewer = undefined;
    if (!on) return {};
    const { size } = this.#of(0)[0];
    let bytes = 0;
    this.#viewer = await client(this.#task.port, connectPacket('bench-viewer'));
    this.#viewer.write(subscribePacket(['s/#'], 0));
    await once(this.#viewer, 'data');
    this.#viewed = 0;
    this.#viewer.on('data', (chunk) => {
      bytes += chunk.length;
      this.#viewed = bytes / size;
    });
    return {};
  }

  async run({ qos, ms, samples, rate }: LoadRun): Promise<LoadResult> {
    const { scenes, underWay, block } = this.#task;
    const packets = this.#of(qos);
    const [sentBefore, doneBefore, receivedBefore] = [this.#sent, this.#done, this.#received];
    const viewedBefore = this.#viewed;
    const started = now();
    const stopAt = ms === undefined ? Number.POSITIVE_INFINITY : started + ms;
    const bound = samples === undefined ? Number.POSITIVE_INFINITY : sentBefore + samples * scenes;
    const blocks: number[] = [];
    const sent = () => this.#sent - sentBefore;
    const answered = () => this.#done - doneBefore;
    const acknowledged = () => (this.#received - receivedBefore) / PUBACK_BYTES;
    const behind = () => sent() - (qos ? Math.min(answered(), Math.floor(acknowledged() / VIEWS)) : answered());
    let over = false;
    // At a given rate: when the next sample is due.
    let dueFrom = started;
    const perMs = (rate ?? 0) / 1000;
    const step = Math.max(1, Math.floor(perMs * STEP_MS));
    await new Promise<void>((resolve, reject) => {
      let moved = now();
      let last = -1;
      const watch = setInterval(() => {
        if (answered() + acknowledged() !== last) moved = now();
        last = answered() + acknowledged();
        if (now() - moved < GIVE_UP_MS) return this.#pump();
        clearInterval(watch);
        reject(new Error(`stuck: ${sent()} samples sent, ${answered()} answered, ${acknowledged()} PUBACKs`));
      }, TICK_MS);
      this.#pump = () => {
        while (!over) {
          // A load that was held up itself would else send in bursts what no device did.
          if (rate !== undefined) dueFrom = Math.max(dueFrom, now() - MAX_LAG_MS);
          const due = rate === undefined ? block : Math.floor((now() - dueFrom) * perMs);
          if (this.#scene === 0 && (now() >= stopAt || this.#sent >= bound)) {
            over = true;
            break;
          }
          const wanted = scenes > 1 ? block : bound - this.#sent;
          const left = Math.min(block, wanted, due, underWay * scenes - behind(), this.#roomInCycle());
          // With several scenes each takes whole blocks in turn, so that all stand at the same slot.
          if (scenes > 1 ? left < block : left < Math.min(step, wanted, this.#roomInCycle())) break;
          this.#write(packets, left);
          if (rate === undefined) continue;
          blocks.push(left, this.#wroteLastAt);
          dueFrom += left / perMs;
        }
        if (!over || behind() > 0) return;
        this.#pump = () => {};
        clearInterval(watch);
        resolve();
      };
      this.#pump();
      // No timer is as fine as a step.
      const goRound = () => {
        this.#pump();
        if (!over) setImmediate(goRound);
      };
      if (rate !== undefined) goRound();
    });
    const seconds = (now() - started) / 1000;
    const viewed = await this.#viewedOf(viewedBefore, sent() * VIEWS);
    return { samples: sent(), seconds, acknowledged: acknowledged(), viewed, blocks: Float64Array.from(blocks) };
  }

  #wroteLastAt = 0;

  /** A block does not run over the end of the cycle. */
  #roomInCycle(): number {
    return this.#task.cycle - (this.#slot % this.#task.cycle);
  }

  #write(packets: readonly SummaryPackets[], count: number): void {
    const first = this.#scene * VIEWS;
    for (let view = 0; view < VIEWS; view++) {
      const bytes = packets[first + view].block(this.#slot, count);
      if (view === VIEWS - 1) this.#wroteLastAt = now();
      this.#sockets[first + view].write(bytes);
    }
    this.#sent += count;
    this.#scene = (this.#scene + 1) % this.#task.scenes;
    if (this.#scene === 0) this.#slot += count;
  }

  /** What a viewer has received may still be on its way. */
  async #viewedOf(before: number, expected: number): Promise<number> {
    if (!this.#viewer) return 0;
    const giveUpAt = now() + GIVE_UP_MS;
    while (this.#viewed - before < expected && now() < giveUpAt) await new Promise((resolve) => setTimeout(resolve, 5));
    return this.#viewed - before;
  }

  #of(qos: 0 | 1): SummaryPackets[] {
    let packets = this.#packets.get(qos);
    if (!packets) {
      const { scenes, cycle } = this.#task;
      const { scoreBytes } = this.#bundle.shapes;
      packets = Array.from({ length: scenes * VIEWS }, (_, i) => {
        return new SummaryPackets(Math.floor(i / VIEWS), i % VIEWS, scoreBytes, qos, cycle);
      });
      this.#packets.set(qos, packets);
    }
    return packets;
  }
}

/** A client whose CONNECT was answered. */
async function client(port: number, hello: Buffer): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  await once(socket, 'connect');
  socket.write(hello);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (answer[0] !== 0x20 || answer[3] !== 0) throw new Error(`CONNECT was refused: ${answer[3]}`);
  socket.on('error', () => {});
  return socket;
}

await serve<LoadTask, LoadRun | LoadViewer>(async (task) => {
  const load = new Load(task);
  await load.connect();
  return { ready: {}, reply: (question) => (question.ask === 'run' ? load.run(question) : load.viewer(question)) };
});
