import pc from 'picocolors';
import type { FrameName } from './description.js';

const paints: Record<FrameName, (text: string) => string> = {
  summary: pc.cyan,
  codedSummary: pc.cyan,
  featureRequest: pc.magenta,
  features: pc.blue,
  codedFeatures: pc.blue,
  uplinkFeatures: pc.blue,
  verdict: pc.green,
  record: pc.green,
  json: pc.green,
  acknowledgement: pc.gray,
  uplinkRequest: pc.magenta,
  status: pc.yellow,
  clock: pc.gray,
  traffic: pc.gray,
  undecodable: pc.red,
  foreign: pc.gray,
};

/** The colour of a kind of frame, the same for its topics and its words; no colour where `NO_COLOR` is set. */
export function paintOf(frame: FrameName): (text: string) => string {
  return paints[frame];
}
