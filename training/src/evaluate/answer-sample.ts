import { edgeReport, siteAnswer } from '@ddnn/model';
import { type ExitName, NO_CLASS, ViewState } from '@ddnn/protocol';
import type { ByteCount } from './byte-count.js';
import { ifSure, type SampleTiers } from './tiers.js';
import { countUplink } from './uplink-count.js';

/** One sample as the cameras of a site have it. */
export interface SeenSample {
  readonly slot: number;
  /** Pixels of each view; null where it is not present. */
  readonly images: readonly (Uint8Array | null)[];
  /** One {@link ViewState} a view. */
  readonly states: Uint8Array;
}

/** The answer to a sample, and where it was given. */
export interface Decision {
  readonly exit: ExitName;
  readonly classIndex: number;
  readonly uncertainty: number;
}

/**
 * Takes one sample through all steps: summaries → local exit → features of the present views → edge exit → cloud exit,
 * but no further than needed, and counts the frames that this sends. Edge and cloud use the same rule.
 */
export function answerSample(tiers: SampleTiers, bytes: ByteCount, { slot, images, states }: SeenSample): Decision {
  tiers.present(images);
  for (const [view, device] of tiers.devices.entries()) {
    if (states[view] !== ViewState.lost) bytes.summary(view, slot, images[view] ? device.scores : null);
  }
  const request = (edge: number) => {
    for (const view of tiers.groups[edge]) {
      const features = tiers.features[view];
      if (features) bytes.features(view, slot, features);
    }
  };
  const seeing = [...tiers.groups.keys()].filter((edge) => tiers.groupMask(edge) !== 0);
  const reports = seeing.map((edge) => {
    const local = ifSure(tiers.local(edge));
    if (!local) request(edge);
    return edgeReport(edge, local, local ? undefined : ifSure(tiers.edge(edge)));
  });
  const nothing = { edge: 0, exit: 'none', classIndex: NO_CLASS, uncertainty: 0 } as const;
  const site = siteAnswer(reports.length > 0 ? reports : [nothing]);
  for (const edge of site.ask ?? []) {
    if (reports.find((report) => report.edge === edge)?.exit !== 'local') continue;
    request(edge);
    tiers.edge(edge);
  }
  const { classIndex, uncertainty } = site.exit === 'cloud' ? tiers.answerInCloud() : site;
  const decision: Decision = { exit: site.exit, classIndex, uncertainty };
  const speaking = reports.map(({ edge, exit }) => ({ edge, confident: exit !== 'cloud' }));
  countUplink(tiers, bytes, { slot, reason: 'none', states, ...decision }, speaking);
  return decision;
}
