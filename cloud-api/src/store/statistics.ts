import { type ExitName, exitNames, type LinkBytes } from '@ddnn/protocol';
import { NO_CLASS_NAME, type StoredTraffic, type Tally, type TallyRow } from './verdict-store.js';

/** Figures over all verdicts of a site, or of all sites. */
export interface Statistics {
  readonly samples: number;
  /** They add up to `samples`; a revised fallback stays a fallback. */
  readonly exits: Readonly<Record<ExitName, number>>;
  readonly revised: number;
  readonly classes: Readonly<Record<string, number>>;
  readonly bytes: ByteStatistics;
  /** Samples whose label is known. */
  readonly labelled: number;
  /** Share of the labelled samples whose verdict is their label; null without labels. */
  readonly accuracy: number | null;
  /** The share that was answered right, computed for each label, then averaged; null without labels. */
  readonly balancedAccuracy: number | null;
}

/** Bytes as the edges last reported them. */
export interface ByteStatistics {
  /**
   * Scores and features from device to edge, without their frames: average per view and sample; null before any report.
   */
  readonly payloadPerView: number | null;
  /**
   * Whole packets of sample traffic in both directions, with the uplink's divided by the views; null before any report.
   */
  readonly wirePerView: number | null;
  readonly sessionBytes: number;
  readonly uplink: LinkBytes;
  readonly devices: readonly (LinkBytes & { readonly site: string; readonly edge: string; readonly view: number })[];
}

/** Computes the figures. `viewsOf` tells how many views an edge serves. */
export function statistics(tally: Tally, viewsOf: (traffic: StoredTraffic) => number): Statistics {
  const exits = Object.fromEntries(exitNames.map((exit) => [exit, 0])) as Record<ExitName, number>;
  // Without a prototype: a class may be called `constructor`.
  const classes: Record<string, number> = Object.create(null);
  let samples = 0;
  let revised = 0;
  for (const row of tally.verdicts) {
    samples += row.count;
    exits[row.exit] += row.count;
    classes[row.class] = (classes[row.class] ?? 0) + row.count;
    if (row.revised) revised += row.count;
  }
  return {
    samples,
    exits,
    revised,
    classes,
    bytes: byteStatistics(tally.traffic, viewsOf),
    ...accuracy(tally.verdicts),
  };
}

function accuracy(rows: readonly TallyRow[]): Pick<Statistics, 'labelled' | 'accuracy' | 'balancedAccuracy'> {
  const labels = new Map<string, { all: number; right: number }>();
  for (const { label, class: found, count } of rows) {
    if (label === null) continue;
    const sums = labels.get(label) ?? { all: 0, right: 0 };
    labels.set(label, sums);
    sums.all += count;
    if (found === label) sums.right += count;
  }
  let labelled = 0;
  let right = 0;
  let recalls = 0;
  for (const sums of labels.values()) {
    labelled += sums.all;
    right += sums.right;
    recalls += sums.right / sums.all;
  }
  if (labelled === 0) return { labelled, accuracy: null, balancedAccuracy: null };
  return { labelled, accuracy: right / labelled, balancedAccuracy: recalls / labels.size };
}

function byteStatistics(
  reports: readonly StoredTraffic[],
  viewsOf: (traffic: StoredTraffic) => number,
): ByteStatistics {
  const uplink = { payloadUp: 0, wireUp: 0, wireDown: 0, session: 0 };
  const devices: ByteStatistics['devices'][number][] = [];
  let viewSamples = 0;
  for (const report of reports) {
    viewSamples += report.samples * viewsOf(report);
    add(uplink, report.uplink);
    for (const device of report.devices) devices.push({ site: report.site, edge: report.edge, ...device });
  }
  const below = { payloadUp: 0, wireUp: 0, wireDown: 0, session: 0 };
  for (const device of devices) add(below, device);
  const wire = below.wireUp + below.wireDown + uplink.wireUp + uplink.wireDown;
  return {
    payloadPerView: viewSamples > 0 ? below.payloadUp / viewSamples : null,
    wirePerView: viewSamples > 0 ? wire / viewSamples : null,
    sessionBytes: below.session + uplink.session,
    uplink,
    devices,
  };
}

function add(sum: { -readonly [K in keyof LinkBytes]: number }, link: LinkBytes): void {
  sum.payloadUp += link.payloadUp;
  sum.wireUp += link.wireUp;
  sum.wireDown += link.wireDown;
  sum.session += link.session;
}

/** The allowed labels: the bundle's classes, and {@link NO_CLASS_NAME} for a sample that no camera sees. */
export function labelNames(classes: readonly string[]): readonly string[] {
  return classes.includes(NO_CLASS_NAME) ? classes : [...classes, NO_CLASS_NAME];
}
