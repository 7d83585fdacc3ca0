import {
  type Bundle,
  edgeGroups,
  isSure,
  maskOf,
  type SiteAnswer,
  type SiteReport,
  siteAnswer,
  UpperTier,
} from '@ddnn/model';
import { decodeEdgeAnswer, NO_CLASS, type UplinkSample, ViewState } from '@ddnn/protocol';

/** What one edge of several says of a sample; its `edge` is its name. */
export interface EdgeReport extends SiteReport<string> {
  /** Which edge of the bundle it is; -1: it has no present view, so nothing tells. */
  readonly place: number;
  /** Of every view of the site; *lost* where another edge serves the view. */
  readonly states: Uint8Array;
  readonly features: Uint8Array | undefined;
}

/**
 * The answer of a site with several edges (configuration f): the rule of a site on their reports, and the cloud section
 * on the features of every edge that has a present view.
 */
export class SiteExit {
  readonly #tier: UpperTier;
  readonly #groups: readonly (readonly number[])[];

  constructor(bundle: Bundle) {
    this.#tier = new UpperTier(bundle, 'cloud');
    this.#groups = edgeGroups(bundle.architecture);
  }

  /** Reads a sample and copies its body. A string: why it can't be joined with the reports of the other edges. */
  read(edge: string, { content, states, body }: UplinkSample, others: Iterable<EdgeReport>): EdgeReport | string {
    const seeing = this.#groups.filter((group) => group.some((view) => states[view] === ViewState.present));
    if (seeing.length > 1) return 'views of several edges in one report';
    const place = seeing.length === 0 ? -1 : this.#groups.indexOf(seeing[0]);
    const taken = [...others].find((other) => other.edge !== edge && other.place === place && place >= 0);
    if (taken) return `edge ${taken.edge} serves these views already: their group must differ`;
    const report = { edge, place, states, features: undefined };
    if (content === 'answer') {
      const answer = { ...report, ...decodeEdgeAnswer(body) };
      return isSure(answer) && place < 0 ? 'content answer without a present view' : answer;
    }
    if (content === 'edge') {
      if (place < 0) return 'content edge without a present view';
      return { ...report, exit: 'cloud', classIndex: NO_CLASS, uncertainty: 1, features: Uint8Array.from(body) };
    }
    if (place >= 0 || content !== 'views') return `content ${content}, the bundle takes edge`;
    return { ...report, exit: 'none', classIndex: NO_CLASS, uncertainty: 0 };
  }

  /** @param asked edges that were asked for features already: what they did not send is missing */
  decide(reports: Iterable<EdgeReport>, asked: ReadonlySet<string>): SiteAnswer<string> {
    const inOrder = [...reports].sort((a, b) => a.place - b.place);
    const site = siteAnswer(inOrder.map((report) => ({ ...report, asked: asked.has(report.edge) })));
    if (site.exit !== 'cloud' || site.ask) return site;
    const maps = this.#groups.map((_, place) => inOrder.find((report) => report.place === place)?.features);
    this.#tier.decide(maps, maskOf(maps));
    const { classIndex, uncertainty } = this.#tier.exit;
    return { edge: site.edge, exit: 'cloud', classIndex, uncertainty };
  }
}

const { lost, absent, late, present } = ViewState;
/**
 * Which of two edges' states of one view counts: the one that is later in this list. An edge reports *lost* for views
 * that another edge serves, so *lost* is first.
 */
const RANK: readonly number[] = [lost, absent, late, present];

/** The state of every view of a site, from what its edges say. */
export function joinStates(reports: Iterable<EdgeReport>, views: number): Uint8Array {
  const joined = new Uint8Array(views).fill(lost);
  for (const { states } of reports) {
    for (const [view, state] of states.entries()) {
      if (RANK.indexOf(state) > RANK.indexOf(joined[view])) joined[view] = state;
    }
  }
  return joined;
}
