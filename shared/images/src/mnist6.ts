import path from 'node:path';
import { type IdxArray, readIdx } from './idx.js';
import type { Image } from './image.js';
import type { ViewSize } from './load.js';
import type { RecordedRow, RecordedView, Recording, RecordingOptions } from './recording.js';
import { RecordingError } from './recording-error.js';

/** Stands before the folder where samples are named. */
export const MNIST_PREFIX = 'mnist6:';

const VIEWS = 6;
const ROWS_OF_PARTS = 2;
const SIDE = 28;
const SIZE = { width: 9, height: 14, channels: 1 } as const satisfies ViewSize;
const PART = SIZE.width * SIZE.height;
const CLASSES = Array.from({ length: 10 }, (_, digit) => String(digit));
const SPLITS = ['train', 'test'] as const;
const FILES = { train: 'train', test: 't10k' };

/**
 * MNIST over six devices, the public benchmark of the DDNN authors (`Partition(3, 2)` in their `util.py`). A picture is
 * cut into two halves of its rows and three thirds of its columns. Device d sees column third d div 2 and row half d
 * mod 2. 28 columns do not divide by three, so a part is 14 x 9 and the last column is cut off.
 *
 * @param folder holds the four files of MNIST, plain or with `.gz`
 * @throws RecordingError
 */
export async function openMnist6(folder: string, options: RecordingOptions = {}): Promise<Recording> {
  const { split, splitColumn, everySplit, classes = CLASSES } = options;
  const file = `${MNIST_PREFIX}${folder}`;
  const refuse = (reason: string) => new RecordingError('DDNN_RECORDING_SPLIT', `${file}: ${reason}`);
  if (splitColumn !== undefined) throw refuse('MNIST has no columns: leave --split-column out');
  if (split === undefined && !everySplit) throw refuse('say --split train or --split test');
  const splits = SPLITS.filter((name) => split === undefined || split === name);
  if (splits.length === 0) throw refuse(`there is no split ${JSON.stringify(split)}; there are "train", "test"`);
  const missing = CLASSES.find((name) => !classes.includes(name));
  if (missing !== undefined) {
    const reason = `unknown label "${missing}"; the classes are ${classes.join(', ')}`;
    throw new RecordingError('DDNN_RECORDING_LABEL', `${file}: ${reason}`);
  }
  const parts = await Promise.all(splits.map((name) => readSplit(folder, name)));
  const rows = parts.flatMap((part) => part.rows);
  const place = parts.flatMap(({ rows: own, pixels }) =>
    own.map((_, row) => pixels.subarray(row * VIEWS * PART, (row + 1) * VIEWS * PART)),
  );
  const pixelsOf = (row: number, view: number) => place[row]!.subarray(view * PART, (view + 1) * PART);
  return {
    file,
    views: VIEWS,
    classes,
    rows,
    size: SIZE,
    picture: async (row, view) => toImage(pixelsOf(row, view)),
    read: async (row, view, size): Promise<RecordedView> => {
      if (size.width === SIZE.width && size.height === SIZE.height && size.channels === 1) {
        return { pixels: pixelsOf(row, view), jpegBytes: null };
      }
      const need = 'input: { height: 14, width: 9, channels: 1 }';
      const reason = `its parts are 14 high and 9 wide, in gray: the architecture takes ${size.height}x${size.width}x${size.channels}, give it ${need}`;
      throw new RecordingError('DDNN_RECORDING_SIZE', `${file}: ${reason}`);
    },
  };
}

interface Split {
  readonly rows: RecordedRow[];
  /**
   * `rows * 6 * 14 * 9` bytes: one block, since a picture of its own for each of 360,000 parts costs far more than its
   * pixels
   */
  readonly pixels: Uint8Array;
}

/** The files of MNIST in a folder, plain and packed, there or not. */
export function mnistFiles(folder: string): string[] {
  return Object.values(FILES).flatMap((part) =>
    [`${part}-images-idx3-ubyte`, `${part}-labels-idx1-ubyte`].flatMap((name) =>
      ['', '.gz'].map((packed) => path.join(folder, name + packed)),
    ),
  );
}

async function readSplit(folder: string, split: (typeof SPLITS)[number]): Promise<Split> {
  const [images, labels] = await Promise.all([
    readIdx(folder, `${FILES[split]}-images-idx3-ubyte`, 3),
    readIdx(folder, `${FILES[split]}-labels-idx1-ubyte`, 1),
  ]);
  const [count, height, width] = images.shape;
  const wrong =
    height !== SIDE || width !== SIDE
      ? `pictures of ${height} x ${width}, not 28 x 28`
      : count !== labels.data.length
        ? `${count} pictures, ${labels.data.length} labels`
        : labels.data.some((label) => label > 9)
          ? 'a label above 9'
          : undefined;
  if (wrong)
    throw new RecordingError('DDNN_RECORDING_FORMAT', `${MNIST_PREFIX}${folder}: not MNIST: ${split}: ${wrong}`);
  const rows = Array.from(labels.data, (label, row) => ({ sample: `${split}-${row}`, label: CLASSES[label]!, split }));
  return { rows, pixels: cut(images) };
}

function cut({ shape, data }: IdxArray): Uint8Array {
  const pixels = new Uint8Array(shape[0]! * VIEWS * PART);
  let to = 0;
  for (let start = 0; start < data.length; start += SIDE * SIDE) {
    for (let view = 0; view < VIEWS; view++) {
      const left = Math.floor(view / ROWS_OF_PARTS) * SIZE.width;
      const top = (view % ROWS_OF_PARTS) * SIZE.height;
      for (let y = 0; y < SIZE.height; y++) {
        const from = start + (top + y) * SIDE + left;
        pixels.set(data.subarray(from, from + SIZE.width), to);
        to += SIZE.width;
      }
    }
  }
  return pixels;
}

function toImage(gray: Uint8Array): Image {
  const data = new Uint8Array(gray.length * 3);
  for (let i = 0; i < gray.length; i++) data.fill(gray[i]!, i * 3, i * 3 + 3);
  return { width: SIZE.width, height: SIZE.height, data };
}
