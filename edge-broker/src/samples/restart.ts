import type { Bundle } from '@ddnn/model';
import { encodeUplinkFeatures, ViewState } from '@ddnn/protocol';
import { NO_EXIT } from '../outbox/best-exit.js';
import type { Entry } from '../outbox/entry.js';
import type { Interrupted } from '../outbox/interrupted.js';
import { uplinkViews } from '../uplink/uplink-views.js';
import type { Uncertain } from './uncertain.js';

/** What the last process left behind. Read it before anything new comes in. */
export interface Backlog {
  readonly entries: readonly Entry[];
  readonly interrupted: readonly Interrupted[];
}

/** Whether the bundle in service can go on with a sample whose features were arriving. */
export function fitsBundle({ states, maps }: Interrupted, { architecture, shapes }: Bundle): boolean {
  const { featureBytes } = shapes.device;
  const coded = architecture.device.coding === 'arithmetic';
  const fitsView = (map: Uint8Array) => (coded ? map.length <= featureBytes : map.length === featureBytes);
  return states.length === architecture.views && maps.every((map) => !map || fitsView(map));
}

/**
 * The uplink frame of a sample of an older epoch, for a cloud that has its bundle. Undefined: it can't be made here,
 * because no features came, or because an edge section would have to run first and its bundle is gone.
 */
export function frameOfOldEpoch(sample: Interrupted, { architecture }: Bundle): Uint8Array | undefined {
  const { slot, epoch, maps } = sample;
  const { views, edge, device } = architecture;
  const coded = device.coding === 'arithmetic';
  const lengths = maps.flatMap((map) => (map ? [map.length] : []));
  const viewFeatureBytes = Math.max(...lengths);
  const alike = coded || lengths.every((length) => length === viewFeatureBytes);
  if (edge || sample.states.length !== views || lengths.length === 0 || !alike) return undefined;
  const { present, lost } = ViewState;
  const states = sample.states.map((state, view) => (state === present && !maps[view] ? lost : state));
  const { content, body } = uplinkViews(maps, coded);
  const sizes = { views, viewFeatureBytes, edgeFeatureBytes: 0 };
  return encodeUplinkFeatures(epoch, [{ slot, states, content, body }], sizes);
}

/** A sample of the last process, reduced to what is valid under the bundle in service. */
export function fitting({ slot, states, best }: Uncertain, { architecture }: Bundle): Uncertain {
  const { views, classes } = architecture;
  return {
    slot,
    states: states.length === views ? states : new Uint8Array(views).fill(ViewState.lost),
    best: best.classIndex < classes.length ? best : NO_EXIT,
  };
}
