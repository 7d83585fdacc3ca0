import { type CloseReason, DeadlineQueue, type DeadlineQueueOptions } from '@ddnn/fusion';
import { isSure } from '@ddnn/model';
import type { EdgeReport } from './site-exit.js';

/** A sample of a site with several edges, and what they have said of it. */
export interface Join {
  readonly site: string;
  readonly slot: number;
  /** By name of the edge. */
  readonly reports: Map<string, EdgeReport>;
  /** Sure edges whose features the cloud has asked for. */
  readonly asked: Set<string>;
}

/**
 * How joins are bounded. From a sample's first report on, the others have until the deadline. Features that the cloud
 * then asks for have the same time again.
 */
export interface ReportCollectorOptions extends DeadlineQueueOptions {
  /** The edges of a site that are alive; the cloud waits for these only. */
  readonly liveEdges: (site: string) => readonly string[];
}

/** Gathers what the edges of a site say of a sample, until every live one has, or the deadline has passed. */
export class ReportCollector {
  readonly #options: ReportCollectorOptions;
  readonly #onComplete: (join: Join, reason: CloseReason) => void;
  readonly #waiting: DeadlineQueue<string, Join>;
  /** Samples that wait for no edge any more, until they are stored. */
  readonly #decided = new Map<string, Join>();

  /**
   * @param onComplete decides: then {@link wait} for features, or {@link forget} it once it is stored. A sample that
   * left because too many wait must not wait again.
   */
  constructor(options: ReportCollectorOptions, onComplete: (join: Join, reason: CloseReason) => void) {
    this.#options = options;
    this.#onComplete = onComplete;
    this.#waiting = new DeadlineQueue(options, (join, reason) => this.#decide(join, reason));
  }

  /** Samples that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** A sample that waits, or is on its way into the store. */
  get(site: string, slot: number): Join | undefined {
    const name = key({ site, slot });
    return this.#waiting.get(name) ?? this.#decided.get(name);
  }

  /**
   * Takes a report. False: the edge was asked for features, but repeats its answer; perhaps it did not get the
   * question. An edge that stayed silent until the cloud went on without it is left out of this sample.
   */
  offer(site: string, slot: number, report: EdgeReport, now: number): boolean {
    const name = key({ site, slot });
    if (this.#decided.has(name)) return true;
    const join = this.#waiting.get(name) ?? { site, slot, reports: new Map(), asked: new Set() };
    if (join.reports.size === 0) this.#waiting.add(name, join, now);
    if (join.asked.size > 0) {
      const known = join.reports.has(report.edge);
      if (!known || (isSure(report) && !join.asked.has(report.edge))) return true;
      if (isSure(report)) return false;
    }
    join.reports.set(report.edge, report);
    this.#decideIfComplete(join);
    return true;
  }

  /** Waits for the features of those edges; the deadline is as long as for reports. */
  wait(join: Join, edges: readonly string[], now: number): void {
    const name = key(join);
    for (const edge of edges) join.asked.add(edge);
    this.#decided.delete(name);
    this.#waiting.add(name, join, now);
    this.#decideIfComplete(join);
  }

  forget(join: Join): void {
    this.#decided.delete(key(join));
  }

  /** An edge or a device of that site has connected or disconnected. */
  recheck(site: string): void {
    for (const join of this.#waiting.values()) if (join.site === site) this.#decideIfComplete(join);
  }

  /** Goes on with every sample whose deadline has passed. */
  expire(now: number): void {
    this.#waiting.expire(now);
  }

  #decideIfComplete(join: Join): void {
    if (this.#complete(join)) this.#decide(this.#waiting.take(key(join))!, 'complete');
  }

  #decide(join: Join, reason: CloseReason): void {
    this.#decided.set(key(join), join);
    this.#onComplete(join, reason);
  }

  #complete({ site, reports, asked }: Join): boolean {
    const live = this.#options.liveEdges(site);
    if (asked.size === 0) return live.every((edge) => reports.has(edge));
    return live.every((edge) => !asked.has(edge) || !isSure(reports.get(edge)!));
  }
}

function key({ site, slot }: Pick<Join, 'site' | 'slot'>): string {
  return `${site}/${slot}`;
}
