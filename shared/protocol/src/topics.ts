import { TopicError } from './errors.js';
import type { FrameKindName } from './frame.js';

/** One row of the topic table. */
export interface TopicRow {
  readonly template: string;
  readonly from: 'device' | 'edge' | 'cloud';
  readonly to: 'device' | 'edge' | 'cloud' | 'anyone';
  readonly qos: 0 | 1;
  readonly retained: boolean;
  /** The kind of its frames; `json` where anyone may read along. */
  readonly carries: FrameKindName | 'json';
  /** Sample traffic counts as `wire`; everything else is session traffic. */
  readonly sampleTraffic: boolean;
}

/**
 * Every topic there is. Device topics are short, for they travel with every sample; site and edge stand only on the
 * uplink, where one connection serves a whole site.
 */
export const topics = {
  summary: row('s/{device}', 'device', 'edge', 0, false, 'summary', true),
  features: row('f/{device}', 'device', 'edge', 1, false, 'features', true),
  featureRequest: row('q/{device}', 'edge', 'device', 0, false, 'featureRequest', true),
  deviceStatus: row('i/{device}', 'device', 'edge', 1, true, 'status', false),
  edgeStatus: row('e', 'edge', 'device', 1, true, 'status', false),
  clockAsk: row('t/{device}', 'device', 'edge', 0, false, 'clock', false),
  clock: row('c/{device}', 'edge', 'device', 0, false, 'clock', false),
  verdictJson: row('ddnn/{site}/verdict', 'edge', 'anyone', 0, false, 'json', false),
  uplinkFeatures: row('u/{site}/{edge}/f', 'edge', 'cloud', 1, false, 'uplinkFeatures', true),
  record: row('u/{site}/{edge}/r', 'edge', 'cloud', 1, false, 'record', true),
  uplinkStatus: row('u/{site}/{edge}/i', 'edge', 'cloud', 1, true, 'status', false),
  uplinkDeviceStatus: row('u/{site}/{edge}/i/{device}', 'edge', 'cloud', 1, true, 'status', false),
  traffic: row('u/{site}/{edge}/t', 'edge', 'cloud', 1, false, 'traffic', false),
  verdict: row('d/{site}/{edge}/v', 'cloud', 'edge', 1, false, 'verdict', true),
  acknowledgement: row('d/{site}/{edge}/a', 'cloud', 'edge', 1, false, 'acknowledgement', true),
  uplinkRequest: row('d/{site}/{edge}/q', 'cloud', 'edge', 1, false, 'uplinkRequest', true),
} as const satisfies Record<string, TopicRow>;
export type TopicName = keyof typeof topics;

/** What fills the braces of a template. */
export type TopicNames = Partial<Record<'site' | 'edge' | 'device', string>>;

/** Names of sites, edges and devices: what may stand between two slashes of a topic. */
export const NAME_PATTERN = '^[A-Za-z0-9_-]{1,32}$';
const name = new RegExp(NAME_PATTERN);

/**
 * Fills a template. Throws {@link TopicError} where a name is missing or has other characters than {@link
 * NAME_PATTERN}.
 */
export function topic(which: TopicName, names: TopicNames = {}): string {
  return fill(which, names, '');
}

/** The same template as a subscription: `+` for every name that is not given. Throws {@link TopicError} likewise. */
export function topicFilter(which: TopicName, names: TopicNames = {}): string {
  return fill(which, names, '+');
}

/** `missing` stands for a name that is not given; a name that is given must be one. */
function fill(which: TopicName, names: TopicNames, missing: '' | '+'): string {
  return topics[which].template.replace(/\{(\w+)\}/g, (_, key: keyof TopicNames) => {
    const value = names[key];
    if (value === undefined && missing) return missing;
    if (value === undefined || !name.test(value)) {
      throw new TopicError(`topic ${topics[which].template}: ${key} "${value ?? ''}" does not match ${NAME_PATTERN}`);
    }
    return value;
  });
}

/** A topic read back: its row and the names in it. */
export interface ParsedTopic {
  readonly which: TopicName;
  readonly names: TopicNames;
}

const parsers = Object.entries(topics).map(([which, { template }]) => ({
  which: which as TopicName,
  pattern: new RegExp(`^${template.replace(/\{(\w+)\}/g, '(?<$1>[A-Za-z0-9_-]{1,32})')}$`),
}));

/** Reads a topic; undefined where it is none of ours. */
export function parseTopic(text: string): ParsedTopic | undefined {
  for (const { which, pattern } of parsers) {
    const match = pattern.exec(text);
    if (match) return { which, names: { ...match.groups } };
  }
  return undefined;
}

function row(
  template: string,
  from: TopicRow['from'],
  to: TopicRow['to'],
  qos: 0 | 1,
  retained: boolean,
  carries: TopicRow['carries'],
  sampleTraffic: boolean,
): TopicRow {
  return { template, from, to, qos, retained, carries, sampleTraffic };
}
