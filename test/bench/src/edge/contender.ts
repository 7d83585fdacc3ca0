import { serve } from '../talk.js';
import { BareAedes } from './contenders/bare-aedes.js';
import { ManyScenes } from './contenders/many-scenes.js';
import { PlainSubscriber } from './contenders/plain-subscriber.js';
import { WholeEdge } from './contenders/whole-edge.js';
import { serveProgress } from './progress.js';
import type { Answers } from './scenes.js';

/** Who does the work in a process of its own. */
export type ContenderName = 'bare' | 'edge' | 'fast' | 'scenes' | 'subscriber';

export interface ContenderTask {
  readonly name: ContenderName;
  readonly folder: string;
  readonly scenes: number;
  /** Of the broker that a subscriber connects to. */
  readonly brokerPort?: number;
}

export interface ContenderReady {
  /** Where devices connect. */
  readonly port: number;
  readonly progressPort: number;
}

export interface ContenderStats {
  readonly answers: Answers;
  /** Of the process, since its start. */
  readonly cpuSeconds: number;
  /** How often another process took the core from this one (involuntary context switches). */
  readonly preempted: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
}

/** `stamp`: note when each sample from here on is answered, so many of them. */
export type ContenderQuestion =
  | { readonly ask: 'stats'; readonly collect?: boolean }
  | { readonly ask: 'stamp'; readonly samples: number }
  | { readonly ask: 'stamps' };

/** One way to answer samples. */
export interface Contender {
  readonly answers: Answers;
  /** Called with each answer's slot, where somebody wants to know. */
  onAnswer: ((slot: number) => void) | undefined;
  /** @returns the port for devices */
  start(): Promise<number>;
}

const makers: Record<ContenderName, (task: ContenderTask) => Contender> = {
  bare: () => new BareAedes(),
  edge: ({ folder }) => new WholeEdge(folder, 'strict'),
  fast: ({ folder }) => new WholeEdge(folder, 'fast'),
  scenes: ({ folder, scenes }) => new ManyScenes(folder, scenes),
  subscriber: ({ brokerPort }) => new PlainSubscriber(brokerPort!),
};

await serve<ContenderTask, ContenderQuestion>(async (task) => {
  const contender = makers[task.name](task);
  const { answers } = contender;
  const port = await contender.start();
  const progressPort = await serveProgress(answers);
  let stamps = new Float64Array();
  const reply = (question: ContenderQuestion) => {
    switch (question.ask) {
      case 'stats':
        return stats(answers, question.collect === true);
      case 'stamp': {
        stamps = new Float64Array(question.samples);
        const first = answers.samples;
        contender.onAnswer = (slot) => {
          stamps[slot - first] = Number(process.hrtime.bigint()) / 1e6;
        };
        return { first };
      }
      case 'stamps':
        contender.onAnswer = undefined;
        return { stamps };
    }
  };
  return { ready: { port, progressPort } satisfies ContenderReady, reply };
});

function stats(answers: Answers, collect: boolean): ContenderStats {
  if (collect) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  const { samples, checksum } = answers;
  return {
    answers: { samples, checksum } as Answers,
    cpuSeconds: (user + system) / 1e6,
    preempted: process.resourceUsage().involuntaryContextSwitches,
    heapBytes: heapUsed + arrayBuffers,
    residentBytes: rss,
  };
}
