import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import type { Image } from './image.js';
import { fitView } from './load.js';
import { type NpyArray, parseNpy } from './npy.js';
import type { RecordedRow, Recording, RecordingOptions } from './recording.js';
import { orUnreadable, RecordingError } from './recording-error.js';

/** Names of the labels 0 to 2 in the authors' file; other labels are called by their number. */
const NAMES = ['car', 'bus', 'person'];
const ABSENT = 3;
/** As in the paper: 680 of 851 samples. */
const TRAINING_SHARE = 0.8;

/**
 * The layout of the DDNN authors' multi-view file: `X` [samples, views, channels, height, width], each picture divided
 * by its largest value; `y` [samples, views], 3 or below 0 where a view is absent. Floats become 0 to 255 so that the
 * largest value of each picture is 255; bytes are taken as they are. As in their loader, the first rows are the split
 * `train` (80 %), the rest `test`.
 *
 * @throws RecordingError
 */
export async function openMvmc(file: string, options: RecordingOptions = {}): Promise<Recording> {
  const { x, y } = await readArrays(file);
  const [samples, views, channels, height, width] = x.shape as [number, number, number, number, number];
  const labels = readLabels(file, y, options);
  const known = [...new Set(labels.flatMap((label) => label ?? []))].sort((a, b) => a - b).map(nameOf);
  const classes = options.classes ?? known;
  const trained = Math.floor(samples * TRAINING_SHARE);
  const all = labels.flatMap((label, index) => {
    if (label === undefined) return [];
    const row: RecordedRow = { sample: String(index), label: nameOf(label), split: index < trained ? 'train' : 'test' };
    if (classes.includes(row.label)) return [{ index, row }];
    const reason = `sample ${index}: unknown label "${row.label}"; the classes are ${classes.join(', ')}`;
    refuse(new RecordingError('DDNN_RECORDING_LABEL', `${file}: ${reason}`), options);
    return [];
  });
  const chosen = chooseSplit(file, all, options);
  const picture = async (row: number, view: number): Promise<Image | null> => {
    const cell = chosen[row]!.index * views + view;
    if (isAbsent(y.data[cell]!)) return null;
    const length = channels * height * width;
    const place = `${file}: sample ${chosen[row]!.row.sample}, view ${view}`;
    return { width, height, data: toRgb(x.data.subarray(cell * length, (cell + 1) * length), channels, place) };
  };
  return {
    file,
    views,
    classes,
    rows: chosen.map(({ row }) => row),
    size: { width, height, channels: channels === 1 ? 1 : 3 },
    picture,
    read: async (row, view, size) => {
      const image = await picture(row, view);
      return image && { pixels: fitView(image, size), jpegBytes: null };
    },
  };
}

async function readArrays(file: string): Promise<{ x: NpyArray; y: NpyArray }> {
  const bytes = await orUnreadable(file, readFile(file));
  const bad = (reason: string, cause?: unknown) =>
    new RecordingError('DDNN_RECORDING_FORMAT', `${file}: ${reason}`, { cause });
  let parts: Record<string, Uint8Array>;
  try {
    parts = unzipSync(bytes, { filter: ({ name }) => name === 'X.npy' || name === 'y.npy' });
  } catch (cause) {
    throw bad(`not NPZ: ${(cause as Error).message}`, cause);
  }
  for (const name of ['X', 'y']) if (!parts[`${name}.npy`]) throw bad(`it has no array ${name}`);
  const x = parseNpy(parts['X.npy']!, `${file}: X`);
  const y = parseNpy(parts['y.npy']!, `${file}: y`);
  if (x.shape.length !== 5 || (x.shape[2] !== 1 && x.shape[2] !== 3) || x.shape.some((length) => length < 1)) {
    throw bad(`X is ${x.shape.join(' x ')}, not samples x views x channels (1 or 3) x height x width`);
  }
  if (y.shape.length !== 2 || y.shape[0] !== x.shape[0] || y.shape[1] !== x.shape[1]) {
    throw bad(`y is ${y.shape.join(' x ')}, X asks for ${x.shape[0]} x ${x.shape[1]}`);
  }
  return { x, y };
}

/** The class of each sample, as its present views say; undefined: a bad sample, which `onBadRow` took. */
function readLabels(file: string, { shape, data }: NpyArray, options: RecordingOptions): (number | undefined)[] {
  const [samples, views] = shape as [number, number];
  return Array.from({ length: samples }, (_, sample) => {
    const own = data.subarray(sample * views, (sample + 1) * views);
    const first = own.findIndex((label) => !isAbsent(label));
    const other = own.findIndex((label) => !isAbsent(label) && label !== own[first]);
    if (first >= 0 && other < 0) return own[first]!;
    const reason =
      first < 0
        ? 'every view is absent, so it has no class'
        : `view ${other} says ${nameOf(own[other]!)}, view ${first} ${nameOf(own[first]!)}`;
    refuse(new RecordingError('DDNN_RECORDING_LABEL', `${file}: sample ${sample}: ${reason}`), options);
    return undefined;
  });
}

function refuse(error: RecordingError, { onBadRow }: RecordingOptions): void {
  if (!onBadRow) throw error;
  onBadRow(error);
}

function chooseSplit<T extends { readonly row: RecordedRow }>(file: string, all: T[], options: RecordingOptions): T[] {
  const { split, splitColumn } = options;
  const wrong = (reason: string) => new RecordingError('DDNN_RECORDING_SPLIT', `${file}: ${reason}`);
  if (splitColumn !== undefined) throw wrong('NPZ has no columns: leave --split-column out');
  if (split === undefined) return all;
  const chosen = all.filter(({ row }) => row.split === split);
  if (chosen.length > 0) return chosen;
  throw wrong(`no row is of the split ${JSON.stringify(split)}; there are "train", "test"`);
}

function isAbsent(label: number): boolean {
  return label === ABSENT || label < 0;
}

function nameOf(label: number): string {
  return NAMES[label] ?? String(label);
}

/** Planes (CHW) of any numbers to RGB bytes (HWC). */
function toRgb(planes: NpyArray['data'], channels: number, place: string): Uint8Array {
  const area = planes.length / channels;
  const scale = planes instanceof Uint8Array ? 1 : 255 / (largest(planes, place) || 1);
  const rgb = new Uint8Array(area * 3);
  for (let channel = 0; channel < 3; channel++) {
    const from = channels === 3 ? channel * area : 0;
    for (let i = 0; i < area; i++) rgb[i * 3 + channel] = Math.round(planes[from + i]! * scale);
  }
  return rgb;
}

function largest(values: NpyArray['data'], place: string): number {
  let max = 0;
  for (const value of values) {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw new RecordingError('DDNN_RECORDING_FORMAT', `${place}: ${value} is no brightness`);
    }
    if (value > max) max = value;
  }
  return max;
}
