import { Worker } from 'node:worker_threads';

/** An input that takes so long takes for ever. */
const PATIENCE_MS = 240_000;

/** Runs beside what may hang in a loop: only another thread can still say so, and end it. */
const SOURCE = `
const { workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const beats = new Int32Array(workerData.beats);
const place = new Uint8Array(workerData.place);
let seen = -1;
setInterval(() => {
  const now = Atomics.load(beats, 0);
  if (now === seen) {
    writeSync(2, 'an input hangs: ' + Buffer.from(place).toString().replaceAll('\\0', '') + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }
  seen = now;
}, workerData.patience);
`;

/** Ends the process where an input is never done with, and says which block of inputs it was. */
export class Watchdog {
  readonly #beats = new SharedArrayBuffer(4);
  readonly #place = new SharedArrayBuffer(200);
  #worker: Worker | undefined;

  start(): void {
    const workerData = { beats: this.#beats, place: this.#place, patience: PATIENCE_MS };
    this.#worker = new Worker(SOURCE, { eval: true, workerData });
    this.#worker.unref();
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  /** What is worked on from now on. */
  at(place: string): void {
    new Uint8Array(this.#place).fill(0);
    new Uint8Array(this.#place).set(Buffer.from(place).subarray(0, 200));
  }

  /** An input is done with. */
  beat(): void {
    Atomics.add(new Int32Array(this.#beats), 0, 1);
  }
}
