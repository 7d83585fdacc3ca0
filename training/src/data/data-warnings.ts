import type { RecordedRow } from '@ddnn/images';
import type { DataReport } from './data-report.js';

/** A class is rare if it has less than this share of the rows that it would have if all classes were equal. */
const RARE = 0.25;
/** Warn if knowing which cameras see something is better than always the most frequent class by more than this. */
const PRESENCE = 0.1;
/** Warn from this share of near copies on. */
const COPIES = 0.05;

/** What can be used as it is, but makes a figure too good or worse: one sentence each. */
export function dataWarnings(report: Omit<DataReport, 'warnings'>, rows: readonly RecordedRow[]): string[] {
  return [
    ...ofClasses(report),
    ...ofLabels(report.classes),
    ...ofCameras(report),
    ...ofSizes(report),
    ...ofPresence(report),
    ...ofGroups(rows),
    ...ofCopies(report),
  ];
}

function ofClasses({ counts, classes, training }: Omit<DataReport, 'warnings'>): string[] {
  if (classes.length === 1) return [`there is one class, "${classes[0]}": a network needs two to tell apart`];
  const warnings: string[] = [];
  const own = counts[training] ?? {};
  const all = Object.values(own).reduce((sum, count) => sum + count, 0);
  for (const name of classes) {
    const count = own[name] ?? 0;
    if (count > 0 && count < (RARE * all) / classes.length) {
      warnings.push(
        `class "${name}" has ${rowsOf(count)} of ${all} in ${training}: look at balancedAccuracy, not accuracy`,
      );
    } else if (count === 1) warnings.push(`class "${name}" has 1 row in ${training}: none is left to judge it by`);
    const without = Object.keys(counts).filter((split) => !counts[split][name]);
    if (without.length > 0) warnings.push(`class "${name}" has no row in ${without.join(', ')}`);
  }
  return warnings;
}

function ofLabels(classes: readonly string[]): string[] {
  const spelled = new Map<string, string>();
  return classes.flatMap((name) => {
    const plain = name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
    const before = spelled.get(plain);
    if (before === undefined) spelled.set(plain, name);
    return before === undefined || plain === ''
      ? []
      : [`classes "${before}" and "${name}": is this one class spelled twice?`];
  });
}

function ofCameras({ seen }: Omit<DataReport, 'warnings'>): string[] {
  return seen.all.flatMap((share, view) => (share === 0 ? [`view${view} sees nothing in any row`] : []));
}

function ofSizes({ sizes }: Omit<DataReport, 'warnings'>): string[] {
  const shapes = new Set(sizes.map(({ width, height }) => (width / height).toFixed(2)));
  if (shapes.size < 2) return [];
  return [`pictures have ${shapes.size} different aspects: each is cropped around its middle to the network's own`];
}

function ofPresence({ presence: { accuracy, majority } }: Omit<DataReport, 'warnings'>): string[] {
  if (accuracy - majority < PRESENCE) return [];
  return [
    `knowing only which cameras see something answers ${percent(accuracy)} right, the most frequent class ${percent(majority)}: accuracy must be far above both to say something about pictures`,
  ];
}

function ofGroups(rows: readonly RecordedRow[]): string[] {
  const splits = new Map<string, Set<string>>();
  for (const { group, split } of rows) {
    if (group === undefined || split === undefined) continue;
    const own = splits.get(group) ?? new Set<string>();
    splits.set(group, own.add(split));
  }
  const torn = [...splits.values()].filter(({ size }) => size > 1).length;
  return torn > 0 ? [`${torn} of ${splits.size} groups have rows in several splits`] : [];
}

function ofCopies({ copies, pairs, training }: Omit<DataReport, 'warnings'>): string[] {
  const warnings = Object.entries(copies).flatMap(([split, { compared, copies: count }]) =>
    count < COPIES * compared || count === 0
      ? []
      : [`${percent(count / compared)} of ${split} nearly repeat a row of ${training}: accuracy there is flattered`],
  );
  const unlike = pairs.filter(({ label, ofLabel }) => label !== ofLabel);
  if (unlike.length > 0) {
    const { sample, of } = unlike[0];
    warnings.push(`near copies with different labels, such as "${sample}" and "${of}": one of them may be wrong`);
  }
  return warnings;
}

function rowsOf(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
