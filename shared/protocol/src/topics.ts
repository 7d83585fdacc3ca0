import { TopicError } from './errors.js';
import type { FrameKindName } from './frame.js';

/** One row of the topic table. */
export interface TopicRow {
  readonly template: string;
  readonly from: 'device' | 'edge' | 'cloud';
  readonly to: 'device' | 'edge' | 'cloud' | 'anyone';
  readonly qos: 0 | 1;
  /** The kinds of its frames; `json` where anyone may read along. */
  readonly carries: readonly (FrameKindName | 'json')[];
  /** The broker keeps the last message for later subscribers; left out: no. */
  readonly retained?: true;
  /** Sample traffic counts as `wire`; everything else is session traffic. */
  readonly wire?: true;
}

const deviceToEdge = { from: 'device', to: 'edge' } as const;
const edgeToDevice = { from: 'edge', to: 'device' } as const;
const edgeToAnyone = { from: 'edge', to: 'anyone' } as const;
const edgeToCloud = { from: 'edge', to: 'cloud' } as const;
const cloudToEdge = { from: 'cloud', to: 'edge' } as const;

const rows = {
  summary: { template: 's/{device}', ...deviceToEdge, qos: 0, carries: ['summary', 'codedSummary'], wire: true },
  features: { template: 'f/{device}', ...deviceToEdge, qos: 1, carries: ['features', 'codedFeatures'], wire: true },
  featureRequest: { template: 'q/{device}', ...edgeToDevice, qos: 0, carries: ['featureRequest'], wire: true },
  deviceStatus: { template: 'i/{device}', ...deviceToEdge, qos: 1, carries: ['status'], retained: true },
  edgeStatus: { template: 'e', ...edgeToDevice, qos: 1, carries: ['status'], retained: true },
  clockAsk: { template: 't/{device}', ...deviceToEdge, qos: 0, carries: ['clock'] },
  clock: { template: 'c/{device}', ...edgeToDevice, qos: 0, carries: ['clock'] },
  verdictJson: { template: 'ddnn/{site}/verdict', ...edgeToAnyone, qos: 0, carries: ['json'] },
  uplinkFeatures: { template: 'u/{site}/{edge}/f', ...edgeToCloud, qos: 1, carries: ['uplinkFeatures'], wire: true },
  record: { template: 'u/{site}/{edge}/r', ...edgeToCloud, qos: 1, carries: ['record'], wire: true },
  uplinkStatus: { template: 'u/{site}/{edge}/i', ...edgeToCloud, qos: 1, carries: ['status'], retained: true },
  uplinkDeviceStatus: {
    template: 'u/{site}/{edge}/i/{device}',
    ...edgeToCloud,
    qos: 1,
    carries: ['status'],
    retained: true,
  },
  traffic: { template: 'u/{site}/{edge}/t', ...edgeToCloud, qos: 1, carries: ['traffic'] },
  verdict: { template: 'd/{site}/{edge}/v', ...cloudToEdge, qos: 1, carries: ['verdict'], wire: true },
  acknowledgement: { template: 'd/{site}/{edge}/a', ...cloudToEdge, qos: 1, carries: ['acknowledgement'], wire: true },
  uplinkRequest: { template: 'd/{site}/{edge}/q', ...cloudToEdge, qos: 1, carries: ['uplinkRequest'], wire: true },
} as const satisfies Record<string, TopicRow>;
export type TopicName = keyof typeof rows;

/**
 * Every topic. Device topics are short because they travel with every sample. Site and edge are only in uplink topics,
 * where one connection serves a whole site.
 */
export const topics: Readonly<Record<TopicName, TopicRow>> = rows;

/** What fills the braces of a template. */
export type TopicNames = Partial<Record<'site' | 'edge' | 'device', string>>;

/** The name of a site, an edge or a device, which may be between two slashes of a topic: as part of a pattern, */
export const NAME_SEGMENT = '[A-Za-z0-9_-]{1,32}';
/** and as a whole pattern. */
export const NAME_PATTERN = `^${NAME_SEGMENT}$`;
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

/** `missing` replaces a name that is not given; a name that is given must be valid. */
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
  pattern: new RegExp(`^${template.replace(/\{(\w+)\}/g, `(?<$1>${NAME_SEGMENT})`)}$`),
}));

/** Reads a topic; undefined where it is none of ours. */
export function parseTopic(text: string): ParsedTopic | undefined {
  for (const { which, pattern } of parsers) {
    const match = pattern.exec(text);
    if (match) return { which, names: { ...match.groups } };
  }
  return undefined;
}
