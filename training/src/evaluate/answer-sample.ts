import { type ExitName, NO_CLASS, ViewState } from '@ddnn/protocol';
import type { ByteCount } from './byte-count.js';
import { mostConfident } from './every-exit.js';
import type { Answer, SampleTiers } from './tiers.js';
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
 * Takes one sample the one way through: summaries → local exit → features of the present views → edge exit → cloud
 * exit, no further than needed, and counts the frames that this sends.
 */
export function answerSample(tiers: SampleTiers, bytes: ByteCount, { slot, images, states }: SeenSample): Decision {
  const mask = tiers.present(images);
  for (const [view, device] of tiers.devices.entries()) {
    if (states[view] !== ViewState.lost) bytes.summary(view, slot, images[view] ? device.scores : null);
  }
  const verdict = (decision: Decision) => ({ slot, reason: 'none' as const, states, ...decision });
  if (mask === 0) {
    const none: Decision = { exit: 'local', classIndex: NO_CLASS, uncertainty: 0 };
    countUplink(tiers, bytes, verdict(none), []);
    return none;
  }

  const edges = [...tiers.groups.keys()].filter((edge) => tiers.groupMask(edge) !== 0);
  const locals = edges.map((edge) => tiers.local(edge));
  const request = (edge: number) => {
    for (const view of tiers.groups[edge]) {
      const features = tiers.features[view];
      if (features) bytes.features(view, slot, features);
    }
  };
  const answers = edges.map((edge, i): Answer | undefined => {
    if (locals[i]?.confident) return locals[i];
    request(edge);
    return tiers.edge(edge);
  });
  const speaking = edges.map((edge, i) => ({ edge, confident: answers[i]?.confident ?? false }));
  // One edge answers on its own; of several, each says what it answers and the cloud takes the most confident.
  const site = answers.every((answer) => answer?.confident) ? mostConfident(answers) : undefined;
  if (site) {
    const exit: ExitName = locals.every((local) => local?.confident) ? 'local' : 'edge';
    const decision: Decision = { exit, classIndex: site.classIndex, uncertainty: site.uncertainty };
    countUplink(tiers, bytes, verdict(decision), speaking);
    return decision;
  }

  for (const [i, edge] of edges.entries()) {
    if (!locals[i]?.confident) continue;
    // Another edge of the site is unsure, so the cloud needs this one's features too.
    request(edge);
    tiers.edge(edge);
  }
  const { classIndex, uncertainty } = tiers.answerInCloud();
  const decision: Decision = { exit: 'cloud', classIndex, uncertainty };
  countUplink(tiers, bytes, verdict(decision), speaking);
  return decision;
}
