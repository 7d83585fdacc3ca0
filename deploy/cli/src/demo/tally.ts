import type { VerdictJson } from '@ddnn/edge-broker';

/** A verdict and what was really there. */
export interface Judged {
  readonly verdict: VerdictJson;
  readonly truth: string;
  readonly latencyMs: number;
}

const RECENT = 8;

/** What the demo has seen so far. */
export class Tally {
  samples = 0;
  right = 0;
  readonly exits = { local: 0, edge: 0, cloud: 0, fallback: 0 };
  /** The latest verdicts, newest first. */
  recent: readonly Judged[] = [];

  add(judged: Judged): void {
    const { verdict, truth } = judged;
    this.samples++;
    if (verdict.class === truth) this.right++;
    this.exits[verdict.exit as keyof typeof this.exits]++;
    this.recent = [judged, ...this.recent].slice(0, RECENT);
  }
}
