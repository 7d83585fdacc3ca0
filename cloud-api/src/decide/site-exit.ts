import { type Bundle, edgeGroups, UpperTier } from '@ddnn/model';
import {
  decodeEdgeAnswer,
  type EdgeAnswer,
  NO_CLASS,
  type UplinkSample,
  type Verdict,
  ViewState,
} from '@ddnn/protocol';

/** What one edge of several says of a sample. */
export interface EdgeReport {
  /** Its name. */
  readonly edge: string;
  /** Which edge of the bundle it is; -1 where it has no present view. */
  readonly place: number;
  /** Of every view of the site; *lost* where another edge serves the view. */
  readonly states: Uint8Array;
  /** What its exit answers; undefined where it sends features, or sees nothing. */
  readonly answer: EdgeAnswer | undefined;
  readonly features: Uint8Array | undefined;
  /** Its exit is confident. */
  readonly sure: boolean;
}

/**
 * What comes of the reports: features that are needed, by name of the edge, or an answer and the edge that it is put
 * down to.
 */
export type SiteDecision =
  | { readonly ask: readonly string[] }
  | (Pick<Verdict, 'classIndex' | 'exit' | 'reason' | 'uncertainty'> & { readonly edge: string });

/**
 * The answer of a site with several edges (configuration f): all of them sure → the most confident class; else the
 * cloud section on the features of every edge that has a present view.
 */
export class SiteExit {
  readonly #tier: UpperTier;
  readonly #groups: readonly (readonly number[])[];

  constructor(bundle: Bundle) {
    this.#tier = new UpperTier(bundle, 'cloud');
    this.#groups = edgeGroups(bundle.architecture);
  }

  /** Reads a sample that is not refused; its body is copied. */
  report(edge: string, { content, states, body }: UplinkSample): EdgeReport {
    const answer = content === 'answer' ? decodeEdgeAnswer(body) : undefined;
    return {
      edge,
      place: this.#placeOf(states),
      states,
      answer,
      features: content === 'edge' ? Uint8Array.from(body) : undefined,
      sure: answer !== undefined && answer.exit !== 'fallback',
    };
  }

  /** Why this sample can't be joined with what other edges said; undefined where it can. */
  refusal(edge: string, { content, states, body }: UplinkSample, others: Iterable<EdgeReport>): string | undefined {
    const place = this.#placeOf(states);
    const seen = this.#groups.filter((group) => group.some((view) => states[view] === ViewState.present)).length;
    if (seen > 1) return 'views of several edges in one report';
    if (content === 'views' && seen > 0) return 'content views, the bundle takes edge';
    const sure = content === 'answer' && decodeEdgeAnswer(body).exit !== 'fallback';
    if ((content === 'edge' || sure) && seen === 0) return `content ${content} without a present view`;
    const taken = [...others].find((other) => other.edge !== edge && other.place === place && place >= 0);
    return taken && `edge ${taken.edge} serves these views already: their group must differ`;
  }

  /** @param asked edges that were asked for features already: what they did not send is missing */
  decide(reports: Iterable<EdgeReport>, asked: ReadonlySet<string>): SiteDecision {
    // In the bundle's order, which settles ties.
    const present = [...reports].sort((a, b) => a.place - b.place);
    const sure = present.filter((report) => report.sure);
    const maps: (Uint8Array | undefined)[] = this.#groups.map(() => undefined);
    for (const { place, features } of present) if (features) maps[place] = features;
    const first = present.find(({ features }) => features);
    if (first) {
      const ask = sure.flatMap(({ edge }) => (asked.has(edge) ? [] : [edge]));
      if (ask.length > 0) return { ask };
      const mask = maps.reduce((bits, map, place) => (map ? bits | (1 << place) : bits), 0);
      this.#tier.decide(maps, mask);
      const { classIndex, uncertainty } = this.#tier.exit;
      return { edge: first.edge, classIndex, uncertainty, exit: 'cloud', reason: 'none' };
    }
    const best = mostConfident(sure);
    if (best) {
      const exit = sure.every(({ answer }) => answer?.exit === 'local') ? 'local' : 'edge';
      // The site is as sure as its least sure edge, for all of them must be.
      const uncertainty = Math.max(...sure.map(({ answer }) => answer!.uncertainty));
      return { edge: best.edge, classIndex: best.answer!.classIndex, uncertainty, exit, reason: 'none' };
    }
    const left = mostConfident(present.filter(({ answer }) => answer));
    if (left) return { edge: left.edge, ...left.answer!, exit: 'fallback', reason: 'deadline' };
    return { edge: present[0].edge, classIndex: NO_CLASS, uncertainty: 0, exit: 'local', reason: 'none' };
  }

  #placeOf(states: Uint8Array): number {
    return this.#groups.findIndex((views) => views.some((view) => states[view] === ViewState.present));
  }
}

/** The report with the lowest uncertainty; the first of equals. */
function mostConfident(reports: readonly EdgeReport[]): EdgeReport | undefined {
  return reports.reduce<EdgeReport | undefined>(
    (best, report) => (best && best.answer!.uncertainty <= report.answer!.uncertainty ? best : report),
    undefined,
  );
}

const { lost, absent, late, present } = ViewState;
/**
 * What a state says against another edge's of the same view, which is *lost* there: the more, the later in this list.
 */
const RANK = [lost, absent, late, present];

/** The state of every view of a site, from what its edges say. */
export function joinStates(reports: Iterable<EdgeReport>, views: number): Uint8Array {
  const joined = new Uint8Array(views).fill(lost);
  for (const { states } of reports) {
    for (const [view, state] of states.entries()) {
      if (RANK.indexOf(state as never) > RANK.indexOf(joined[view] as never)) joined[view] = state;
    }
  }
  return joined;
}
