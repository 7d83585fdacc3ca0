/** What an exit answers: a class, and how unsure it is, 0 (sure) to 1. */
export interface ExitAnswer {
  readonly classIndex: number;
  readonly uncertainty: number;
}

/** What one edge of a site says of a sample. */
export interface SiteReport<Edge> extends ExitAnswer {
  /** Whose report it is. */
  readonly edge: Edge;
  /**
   * Where this edge would have the sample answered. *local*, *edge*: that exit of it is sure. *cloud*: none is, and its
   * features are there. *fallback*: none is, and it has no features: its best exit so far. *none*: no camera of it sees
   * anything.
   */
  readonly exit: 'local' | 'edge' | 'cloud' | 'fallback' | 'none';
  /** It was asked for its features already: what it did not send is missing. */
  readonly asked?: boolean;
}

/** The answer of a site, and the edge that it is put down to. */
export interface SiteAnswer<Edge> extends ExitAnswer {
  readonly edge: Edge;
  /** *cloud*: the cloud section answers, on the features of every edge that has them. */
  readonly exit: 'local' | 'edge' | 'cloud' | 'fallback';
  /** The sure edges whose features the cloud needs first. */
  readonly ask?: readonly Edge[];
}

/**
 * What an edge says whose exits answered; undefined: that exit is not sure, or not there. The lowest sure exit answers.
 */
export function edgeReport<Edge>(
  edge: Edge,
  local: ExitAnswer | undefined,
  above: ExitAnswer | undefined,
): SiteReport<Edge> {
  if (local) return { edge, exit: 'local', classIndex: local.classIndex, uncertainty: local.uncertainty };
  if (above) return { edge, exit: 'edge', classIndex: above.classIndex, uncertainty: above.uncertainty };
  return { edge, exit: 'cloud', classIndex: -1, uncertainty: 1 };
}

/**
 * The rule by which a site answers (DDNN, configurations a to f). Where no edge sends features, the sure ones answer:
 * with the class of the most confident, and as sure as the least sure of them, for all must be. Else the cloud answers
 * on the features of all, those of the sure edges too. Where nobody is sure and nobody has features, the best that one
 * said is a fallback; where nobody sees anything, that is the local answer.
 *
 * The report of a site with one edge is its answer, and returned itself: nothing is allocated.
 *
 * @param reports at least one, in the bundle's order, which settles ties
 */
export function siteAnswer<Edge>(reports: readonly SiteReport<Edge>[]): SiteAnswer<Edge> {
  let sure: SiteReport<Edge> | undefined;
  let unsure: SiteReport<Edge> | undefined;
  let withFeatures: SiteReport<Edge> | undefined;
  let exit: 'local' | 'edge' = 'local';
  let uncertainty = 0;
  for (let i = 0; i < reports.length; i++) {
    const report = reports[i];
    if (report.exit === 'cloud') withFeatures ??= report;
    else if (report.exit === 'fallback') unsure = surer(unsure, report);
    else if (report.exit !== 'none') {
      sure = surer(sure, report);
      if (report.exit === 'edge') exit = 'edge';
      if (report.uncertainty > uncertainty) uncertainty = report.uncertainty;
    }
  }
  if (withFeatures) {
    const ask = reports.filter((report) => isSure(report) && !report.asked).map(({ edge }) => edge);
    return ask.length > 0 ? { ...withFeatures, exit: 'cloud', ask } : (withFeatures as SiteAnswer<Edge>);
  }
  if (sure?.exit === exit && sure.uncertainty === uncertainty) return sure as SiteAnswer<Edge>;
  if (sure) return { edge: sure.edge, classIndex: sure.classIndex, exit, uncertainty };
  return unsure ? (unsure as SiteAnswer<Edge>) : { ...reports[0], exit: 'local' };
}

/** Which of two answers is more confident: the first of equals. Compared as they travel, as float32. */
export function surer<Answer extends ExitAnswer>(a: Answer | undefined, b: Answer): Answer {
  return a && Math.fround(a.uncertainty) <= Math.fround(b.uncertainty) ? a : b;
}

/** Whether an exit of that edge is confident. */
export function isSure({ exit }: SiteReport<unknown>): boolean {
  return exit === 'local' || exit === 'edge';
}
