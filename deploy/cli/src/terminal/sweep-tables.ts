import {
  type CameraCount,
  overAll,
  paper,
  type Retrained,
  type SingleCamera,
  type ThresholdRow,
  type TrainedRow,
} from '@ddnn/training';
import pc from 'picocolors';
import { createTable } from './table.js';
import { percent } from './words.js';

const share = (value: number | undefined, digits = 1) => (value === undefined ? '–' : percent(value, digits));
/** The paper's figure beside ours. */
const published = (value: number | undefined) => pc.dim(value === undefined ? '' : percent(value, 0));

/** The local exit's threshold from 0 to 1. */
export function thresholdTable(rows: readonly ThresholdRow[]): string {
  const ours = ['T', 'local exits', 'accuracy', 'payload', 'wire', 'formula'];
  const table = createTable([...ours, 'paper: exits', 'accuracy', 'bytes']);
  for (const row of rows) {
    const theirs = paper.thresholds.find(({ threshold }) => threshold === row.threshold);
    table.push([
      row.threshold.toFixed(2),
      share(row.localExits),
      share(row.accuracy, 2),
      row.payloadPerView.toFixed(1),
      row.wirePerView.toFixed(1),
      row.formulaPerView.toFixed(1),
      published(theirs?.localExits),
      published(theirs?.accuracy),
      pc.dim(theirs ? String(theirs.bytes) : ''),
    ]);
  }
  return table.toString();
}

/** One camera to all of them: shares of all samples, in which the unseen count as wrong. */
export function cameraTable(rows: readonly (CameraCount & { readonly retrained?: Retrained })[]): string {
  const trained = rows.some(({ retrained }) => retrained);
  const ours = ['cameras', 'added', 'alone', 'local', 'overall', 'cloud', 'unseen', ...(trained ? ['retrained'] : [])];
  const table = createTable([...ours, 'paper: alone', 'local', 'overall', 'cloud']);
  for (const [i, row] of rows.entries()) {
    const theirs = paper.cameras[i];
    table.push([
      row.views.length,
      `view ${row.added.view}`,
      share(overAll(row.added.device, row.added)),
      share(overAll(row.local, row)),
      share(overAll(row.overall, row)),
      share(overAll(row.cloud, row)),
      share(row.unseen),
      ...(trained ? [row.retrained ? share(overAll(row.retrained.overall, row.retrained)) : ''] : []),
      ...[theirs?.device, theirs?.local, theirs?.overall, theirs?.cloud].map(published),
    ]);
  }
  return `${table}\nshares of all samples: those that no camera left sees count as wrong`;
}

/** Each camera alone: shares of the samples that it sees. */
export function singleTable(rows: readonly SingleCamera[]): string {
  const table = createTable(['camera', 'sees', 'own exit', 'local', 'overall', 'cloud', 'own exit, of all']);
  for (const row of rows) {
    table.push([
      `view ${row.view}`,
      share(1 - row.unseen),
      share(row.device),
      share(row.local),
      share(row.overall),
      share(row.cloud),
      share(overAll(row.device, row)),
    ]);
  }
  const theirs = paper.cameras.map(({ device }) => percent(device, 0)).join(', ');
  return `${table}\nshares of the samples that the camera sees, but for the last\npaper, own exit, of all samples: ${theirs}`;
}

/** Each pair of local and cloud aggregator. */
export function aggregatorTable(rows: readonly TrainedRow[]): string {
  const table = createTable(['local-cloud', 'local', 'cloud', 'overall', 'payload', 'paper: local', 'cloud']);
  for (const row of rows) {
    const theirs = paper.aggregators[row.name];
    table.push([...trainedCells(row), published(theirs?.local), published(theirs?.cloud)]);
  }
  return `${table}\nMP max, AP average, CC concat`;
}

/** The device section with more and more filters. */
export function filterTable(rows: readonly TrainedRow[]): string {
  const table = createTable(['filters', 'local', 'cloud', 'overall', 'payload', 'features', 'in memory', 'paper']);
  for (const row of rows) {
    const theirs = paper.filters[Number(row.name)];
    const memory = [`${row.featureBytes} B`, `${row.deviceBytes} B`, pc.dim(theirs ? `${theirs} B` : '')];
    table.push([...trainedCells(row), ...memory]);
  }
  return table.toString();
}

/** What every network of a trained sweep has: its name, local, cloud, overall and payload. */
function trainedCells({ name, exitAccuracy, accuracy, bytes }: TrainedRow): string[] {
  const { local, cloud } = exitAccuracy;
  return [name, share(local), share(cloud), share(accuracy), bytes.payloadPerView.toFixed(1)];
}
