import type { EdgeReport } from './site-exit.js';

/** A sample of a site with several edges, and what they have said of it. */
export interface Join {
  readonly site: string;
  readonly slot: number;
  /** By name of the edge. */
  readonly reports: Map<string, EdgeReport>;
  /** Sure edges whose features the cloud has asked for. */
  readonly asked: Set<string>;
  /** It is decided and on its way into the store. */
  decided: boolean;
}

/** How joins are bounded. */
export interface EdgeJoinOptions {
  /**
   * From a sample's first report to going on with what is there, and as long again for features that were asked for.
   */
  readonly deadlineMs: number;
  /** Samples that may wait at once; one more sends the oldest on. */
  readonly capacity: number;
  /** The edges of a site that are alive: nobody else is waited for. */
  readonly liveEdges: (site: string) => readonly string[];
}

interface Waiting extends Join {
  dueAt: number;
}

/** Gathers what the edges of a site say of a sample, until every live one has, or the deadline has passed. */
export class EdgeJoin {
  readonly #options: EdgeJoinOptions;
  readonly #onComplete: (join: Join) => void;
  /** In the order of their deadlines. */
  readonly #joins = new Map<string, Waiting>();

  /**
   * @param onComplete decides: then {@link wait} for features, or mark it as decided and {@link forget} it once it is
   * stored
   */
  constructor(options: EdgeJoinOptions, onComplete: (join: Join) => void) {
    this.#options = options;
    this.#onComplete = onComplete;
  }

  /** Samples that wait. */
  get size(): number {
    return this.#joins.size;
  }

  get(site: string, slot: number): Join | undefined {
    return this.#joins.get(key(site, slot));
  }

  /**
   * Takes a report; false: an edge that was asked for features says again what it answers, so the question may be lost.
   * An edge that is silent until the cloud has gone on without it is left out of this sample.
   */
  offer(site: string, slot: number, report: EdgeReport, now: number): boolean {
    const join = this.#joins.get(key(site, slot)) ?? this.#open(site, slot, now);
    if (join.decided) return true;
    if (join.asked.size > 0) {
      const known = join.reports.has(report.edge);
      if (!known || (report.sure && !join.asked.has(report.edge))) return true;
      if (report.sure) return false;
    }
    join.reports.set(report.edge, report);
    if (this.#complete(join)) this.#onComplete(join);
    return true;
  }

  /** Waits for the features of those edges. */
  wait(join: Join, edges: readonly string[], now: number): void {
    const name = key(join.site, join.slot);
    const waiting = this.#joins.get(name)!;
    for (const edge of edges) join.asked.add(edge);
    waiting.dueAt = now + this.#options.deadlineMs;
    // Behind all others, for its deadline is the latest now.
    this.#joins.delete(name);
    this.#joins.set(name, waiting);
    if (this.#complete(waiting)) this.#onComplete(waiting);
  }

  forget({ site, slot }: Join): void {
    this.#joins.delete(key(site, slot));
  }

  /** An edge or a device of that site came or went. */
  recheck(site: string): void {
    for (const join of [...this.#joins.values()]) {
      if (join.site === site && !join.decided && this.#complete(join)) this.#onComplete(join);
    }
  }

  /** Goes on with every sample whose deadline has passed. */
  expire(now: number): void {
    for (const join of [...this.#joins.values()]) {
      if (join.dueAt > now) return;
      if (!join.decided) this.#onComplete(join);
    }
  }

  #open(site: string, slot: number, now: number): Waiting {
    if (this.#joins.size >= this.#options.capacity) {
      const oldest = [...this.#joins.values()].find(({ decided }) => !decided);
      if (oldest) this.#onComplete(oldest);
    }
    const dueAt = now + this.#options.deadlineMs;
    const join: Waiting = { site, slot, reports: new Map(), asked: new Set(), decided: false, dueAt };
    this.#joins.set(key(site, slot), join);
    return join;
  }

  #complete({ site, reports, asked }: Join): boolean {
    const live = this.#options.liveEdges(site);
    if (asked.size === 0) return live.every((edge) => reports.has(edge));
    return live.every((edge) => !asked.has(edge) || !reports.get(edge)!.sure);
  }
}

function key(site: string, slot: number): string {
  return `${site}/${slot}`;
}
