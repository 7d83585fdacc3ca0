/** What an exit answers: a class, and how unsure it is, 0 (sure) to 1. */
export interface ExitAnswer {
  readonly classIndex: number;
  readonly uncertainty: number;
}

/** What one edge of a site reports about a sample. */
export interface SiteReport<Edge> extends ExitAnswer {
  /** The edge whose report it is. */
  readonly edge: Edge;
  /**
   * What this edge can do. *local*, *edge*: that exit is sure. *cloud*: no exit is sure, and the edge has features.
   * *fallback*: no exit is sure and there are no features, so this is the best exit so far. *none*: no camera of this
   * edge sees anything.
   */
  readonly exit: 'local' | 'edge' | 'cloud' | 'fallback' | 'none';
  /** It was asked for its features already: features that it did not send are missing. */
  readonly asked?: boolean;
}

/** The answer of a site, and the edge in whose name it is given. */
export interface SiteAnswer<Edge> extends ExitAnswer {
  readonly edge: Edge;
  /** *cloud*: the cloud section answers, on the features of every edge that has them. */
  readonly exit: 'local' | 'edge' | 'cloud' | 'fallback';
  /** The sure edges whose features the cloud needs first. */
  readonly ask?: readonly Edge[];
}

/**
 * The report of an edge from the answers of its exits; undefined: that exit is not sure, or does not exist. The lowest
 * sure exit answers.
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
 * The rule by which a site answers (DDNN, configurations a to f). If an edge sends features, the cloud answers with the
 * features of all edges, also of the sure ones. If none does, the sure edges answer: the class is that of the surest
 * edge, the uncertainty that of the least sure one, because all must be sure. If nobody is sure and nobody has
 * features, the best answer of an edge is a fallback. If nobody sees anything, that is the local answer.
 *
 * With one edge, the answer of the site is the report itself, the same object: nothing is allocated.
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

/** Which of two answers is surer; of equal ones the first. Compared as float32, as they are sent. */
export function surer<Answer extends ExitAnswer>(a: Answer | undefined, b: Answer): Answer {
  return a && Math.fround(a.uncertainty) <= Math.fround(b.uncertainty) ? a : b;
}

/** Whether an exit of that edge is confident. */
export function isSure({ exit }: SiteReport<unknown>): boolean {
  return exit === 'local' || exit === 'edge';
}
