import type { CloseReason, LeaveReason } from '@ddnn/fusion';
import { type Bundle, isSure, type SiteAnswer } from '@ddnn/model';
import { encodeUplinkRequest, type UplinkSample, type Verdict, ViewState } from '@ddnn/protocol';
import type { CloudMetrics } from '../cloud-metrics.js';
import type { CloudConfig } from '../config.js';
import { verdictFrames } from '../downlink/down-frames.js';
import type { SendDown } from '../downlink/send-down.js';
import type { EdgeName, Roster } from '../sites/roster.js';
import type { StoredVerdict, VerdictStore } from '../store/verdict-store.js';
import { type Join, ReportCollector } from './report-collector.js';
import { joinStates, SiteExit } from './site-exit.js';

/** What joining works with. */
export interface SiteJoinParts {
  readonly bundle: Bundle;
  readonly store: VerdictStore;
  readonly roster: Roster;
  readonly metrics: CloudMetrics;
  readonly sendDown: SendDown;
  /** Stores a verdict in the name of that edge; resolves to what the store now has for the sample. */
  readonly keep: (edge: EdgeName, verdict: Verdict) => Promise<StoredVerdict>;
  readonly complain: (edge: EdgeName, error: unknown) => void;
}

const TICK_MS = 10;

/**
 * Joins what the edges of a site report about a sample (configuration f). Asks the sure edges for features if another
 * edge is not sure, answers once, and tells every edge of the site.
 */
export class SiteJoin {
  readonly #epoch: number;
  readonly #views: number;
  readonly #parts: SiteJoinParts;
  readonly #exit: SiteExit;
  readonly #join: ReportCollector;
  readonly #maxFinishing: number;
  readonly #finishing = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ epoch, uplink }: CloudConfig, parts: SiteJoinParts) {
    this.#epoch = epoch;
    this.#views = parts.bundle.architecture.views;
    this.#parts = parts;
    this.#maxFinishing = uplink.maxFramesInFlight;
    this.#exit = new SiteExit(parts.bundle);
    this.#join = new ReportCollector(
      {
        deadlineMs: uplink.joinDeadlineMs,
        capacity: uplink.maxJoins,
        liveEdges: (site) => parts.roster.liveEdges(site),
      },
      (join, reason) => this.#decide(join, reason),
    );
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#join.expire(performance.now());
      this.#parts.metrics.samplesJoining.set(this.#join.size);
    }, TICK_MS);
  }

  /** Waits until what is decided is stored. An edge keeps a sample that is not stored, and sends it again. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#finishing);
  }

  /**
   * Takes an edge's report of a sample. Returns why it can't be taken; undefined: it is taken. While too many decided
   * samples are on their way into the store, this waits, so the frame is not finished and its sender is held back.
   */
  async take(name: EdgeName, sample: UplinkSample): Promise<string | undefined> {
    while (this.#finishing.size >= this.#maxFinishing) await this.#finishing.values().next().value;
    const { site, edge } = name;
    const { slot } = sample;
    const stored = this.#join.get(site, slot) ? undefined : await this.#parts.store.verdict(site, slot);
    // Read only now: while the store was asked, another edge may have reported.
    const open = this.#join.get(site, slot);
    const report = this.#exit.read(edge, sample, open?.reports.values() ?? []);
    if (typeof report === 'string') return report;
    if (!open && stored && (stored.exit !== 'fallback' || stored.revised)) {
      await this.#tell(site, [edge], stored);
      return undefined;
    }
    const heard = this.#join.offer(site, slot, report, performance.now());
    if (!heard) await this.#ask(name, slot);
    return undefined;
  }

  /** An edge or a device of that site has connected or disconnected: some samples need no longer wait. */
  recheck(site: string): void {
    this.#join.recheck(site);
  }

  #decide(join: Join, reason: CloseReason): void {
    const { site, slot, reports, asked } = join;
    const crowded = reason === 'crowded';
    if (crowded) this.#parts.metrics.joinsCrowded.inc();
    let decision = this.#exit.decide(reports.values(), asked);
    if (decision.ask && !crowded) {
      for (const edge of decision.ask) {
        const name = { site, edge };
        this.#ask(name, slot).catch((error: unknown) => this.#parts.complain(name, error));
      }
      this.#join.wait(join, decision.ask, performance.now());
      return;
    }
    if (decision.ask) {
      // Too many wait: no edge is asked for features, the cloud answers with the features that are there.
      for (const edge of decision.ask) asked.add(edge);
      decision = this.#exit.decide(reports.values(), asked);
    }
    const finishing = this.#finish(join, decision, crowded ? 'crowded' : 'deadline')
      .catch((error: unknown) => this.#parts.complain({ site, edge: decision.edge }, error))
      .finally(() => {
        this.#join.forget(join);
        this.#finishing.delete(finishing);
      });
    this.#finishing.add(finishing);
  }

  /** @param why the answer is a fallback, where it is one */
  async #finish(join: Join, answer: SiteAnswer<string>, why: LeaveReason): Promise<void> {
    const { site, slot, reports } = join;
    const { edge, classIndex, uncertainty } = answer;
    const before = await this.#parts.store.verdict(site, slot);
    // What the edges answered while the cloud was away is final. The cloud's answer now is a revision of that fallback.
    const exit = before?.exit === 'fallback' && answer.exit !== 'fallback' ? 'cloud' : answer.exit;
    const reason = exit === 'fallback' ? why : 'none';
    const states = this.#states(join);
    const stored = await this.#parts.keep({ site, edge }, { slot, states, classIndex, exit, reason, uncertainty });
    // From here on, a report that comes too late is answered from the store.
    this.#join.forget(join);
    await this.#tell(site, new Set([...this.#parts.roster.onlineEdges(site), ...reports.keys()]), stored);
  }

  /**
   * View states of the whole site. The views of an edge that did not report, or did not send the features that it was
   * asked for, are late or lost.
   */
  #states({ site, reports, asked }: Join): Uint8Array {
    const { roster } = this.#parts;
    const states = joinStates(reports.values(), this.#views);
    const live = roster.liveEdges(site);
    for (const edge of live) {
      if (reports.has(edge)) continue;
      for (const view of roster.liveViews({ site, edge })) states[view] = ViewState.late;
    }
    for (const edge of asked) {
      const report = reports.get(edge);
      if (!report || !isSure(report)) continue;
      const missing = live.includes(edge) ? ViewState.late : ViewState.lost;
      for (const [view, state] of report.states.entries()) if (state === ViewState.present) states[view] = missing;
    }
    return states;
  }

  #ask(edge: EdgeName, slot: number): Promise<void> {
    return this.#parts.sendDown('uplinkRequest', edge, encodeUplinkRequest(this.#epoch, [slot]));
  }

  async #tell(site: string, edges: Iterable<string>, stored: StoredVerdict): Promise<void> {
    for (const frame of verdictFrames(this.#epoch, [stored], this.#views)) {
      for (const edge of edges) await this.#parts.sendDown('verdict', { site, edge }, frame);
    }
  }
}
