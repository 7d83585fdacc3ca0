import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/**
 * A kernel of `assembly`: what to do for one task on one thread, then its arguments in the order of its declaration.
 */
export type Kernel = (task: number, thread: number, ...args: number[]) => void;

/** What a thread needs: the kernels, their memory, and which thread it is. */
export interface WorkerTools {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly names: readonly string[];
  readonly thread: number;
}

/** More would find no work: the gradients of weights come in four parts. */
const MOST = 4;
/** int32 words at the memory's beginning, by which threads agree; from ARGUMENTS on, float64, a job's arguments. */
const JOB = 0;
const ACTIVE = 1;
const NEXT = 2;
const TASKS = 3;
const DONE = 4;
const FAILED = 5;
const KERNEL = 6;
const COUNT = 7;
const ARGUMENTS = 8;
/** How often a thread looks at a word before it goes to sleep. */
const SPINS = 5000;

/**
 * The threads that share a kernel's tasks. Each takes the next free task; which thread takes a task changes no result.
 * The calling thread works too, and never waits for a thread that has not taken a task.
 */
export class Crew {
  /** Threads, the calling one included: scratch memory is for so many. */
  readonly threads = Math.min(MOST, availableParallelism());
  readonly #names: readonly string[];
  readonly #words: Int32Array;
  #hired = false;
  readonly #tools: Omit<WorkerTools, 'thread'>;

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, names: readonly string[]) {
    this.#names = names;
    this.#words = new Int32Array(memory.buffer, 0, 64);
    this.#tools = { module, memory, names };
  }

  /** Runs a kernel for each task from 0; returns when all are done. */
  run(name: string, kernel: Kernel, tasks: number, args: readonly number[]): void {
    if (!this.#hired) this.#hire();
    const words = this.#words;
    // No thread may still be reading the job before.
    this.#until(ACTIVE, (active) => active === 0);
    words[KERNEL] = this.#names.indexOf(name);
    words[COUNT] = args.length;
    new Float64Array(words.buffer, ARGUMENTS * 4, args.length).set(args);
    Atomics.store(words, DONE, 0);
    Atomics.store(words, NEXT, 0);
    Atomics.store(words, TASKS, tasks);
    Atomics.add(words, JOB, 1);
    Atomics.notify(words, JOB);
    work(words, 0, kernel, args);
    this.#until(DONE, (done) => done === tasks);
    Atomics.store(words, TASKS, 0);
    if (Atomics.exchange(words, FAILED, 0) > 0) throw new Error(`kernel ${name} failed in a thread`);
  }

  /** Waits until a word has the wanted value. */
  #until(word: number, wanted: (value: number) => boolean): void {
    for (let spins = 0; ; spins++) {
      const value = Atomics.load(this.#words, word);
      if (wanted(value)) return;
      if (spins > SPINS) Atomics.wait(this.#words, word, value, 1);
    }
  }

  #hire(): void {
    this.#hired = true;
    // This path is right both in the sources and in what is built from them.
    const file = new URL('../dist/kernel-worker.js', import.meta.url);
    for (let thread = 1; thread < this.threads; thread++) {
      new Worker(file, { workerData: { ...this.#tools, thread } satisfies WorkerTools }).unref();
    }
  }
}

/** Takes tasks until there are no more. */
function work(words: Int32Array, thread: number, kernel: Kernel, args: readonly number[]): void {
  const tasks = Atomics.load(words, TASKS);
  if (tasks === 0) return;
  for (let task = Atomics.add(words, NEXT, 1); task < tasks; task = Atomics.add(words, NEXT, 1)) {
    try {
      kernel(task, thread, ...args);
    } catch {
      Atomics.store(words, FAILED, 1);
    }
    if (Atomics.add(words, DONE, 1) + 1 === tasks) Atomics.notify(words, DONE);
  }
}

/** The life of a thread: sleeps until there is a job, helps with it. Never returns. */
export function serve({ module, memory, names, thread }: WorkerTools): void {
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, Kernel>;
  const words = new Int32Array(memory.buffer, 0, 64);
  for (let job = 0; ; ) {
    Atomics.wait(words, JOB, job);
    job = Atomics.load(words, JOB);
    Atomics.add(words, ACTIVE, 1);
    if (Atomics.load(words, TASKS) > 0) {
      const args = [...new Float64Array(words.buffer, ARGUMENTS * 4, words[COUNT])];
      work(words, thread, kernels[names[words[KERNEL]]], args);
    }
    Atomics.sub(words, ACTIVE, 1);
  }
}
