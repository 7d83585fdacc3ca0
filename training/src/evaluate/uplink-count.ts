import { encodeEdgeAnswer, type Verdict, ViewState } from '@ddnn/protocol';
import type { ByteCount } from './byte-count.js';
import type { SampleTiers } from './tiers.js';

/** An edge that has a present view of the sample. */
export interface SpeakingEdge {
  readonly edge: number;
  /** Its local or edge exit is sure. */
  readonly confident: boolean;
}

const NOTHING = new Uint8Array(0);
/** Any answer will do: all have the same size. */
const ANSWER = encodeEdgeAnswer({ exit: 'local', classIndex: 0, uncertainty: 0 });

/** Counts what crosses the uplink of a site for one sample, both ways. */
export function countUplink(
  tiers: SampleTiers,
  bytes: ByteCount,
  verdict: Verdict,
  speaking: readonly SpeakingEdge[],
): void {
  if (tiers.groups.length > 1) countSeveral(tiers, bytes, verdict, speaking);
  else if (verdict.exit !== 'cloud') bytes.record(0, verdict);
  else if (tiers.edges.length > 0) bytes.sendUp(0, 'edge', tiers.edges[0].features, verdict);
  else bytes.sendViewsUp(0, tiers.features, verdict);
}

/**
 * Several edges (configuration f): each edge reports, the cloud asks the sure ones for features if one is not sure, and
 * tells all of them the verdict.
 */
function countSeveral(tiers: SampleTiers, bytes: ByteCount, verdict: Verdict, speaking: readonly SpeakingEdge[]): void {
  const { slot, states } = verdict;
  for (const [edge, group] of tiers.groups.entries()) {
    const speaks = speaking.find((other) => other.edge === edge);
    if (speaks) {
      if (speaks.confident) bytes.report(edge, { slot, states, content: 'answer', body: ANSWER });
      if (verdict.exit !== 'cloud') continue;
      if (speaks.confident) bytes.uplinkRequest(edge, slot);
      bytes.report(edge, { slot, states, content: 'edge', body: tiers.edges[edge].features });
    } else if (group.some((view) => states[view] !== ViewState.lost)) {
      // Its cameras say that they see nothing. An edge without cameras is silent.
      bytes.report(edge, { slot, states: new Uint8Array(states.length), content: 'views', body: NOTHING });
    }
  }
  for (const edge of tiers.groups.keys()) bytes.verdict(edge, verdict);
}
