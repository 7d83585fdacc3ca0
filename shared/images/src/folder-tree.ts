import { inNameOrder, withoutExtension } from './name-order.js';
import { RecordingError } from './recording-error.js';
import { splitNamed } from './split-names.js';
import { type FolderContent, walkFolder } from './walk-folder.js';

/** One sample that a folder holds. */
export interface FolderSample {
  /** path of the sample below the folder, with slashes: unique */
  readonly sample: string;
  readonly label: string;
  /** train, val or test, where a folder above the class says so */
  readonly split?: string;
  /** image paths below the folder, one a camera; null where that camera has none */
  readonly views: readonly (string | null)[];
}

/** Samples that a folder tree holds. */
export interface FolderTree extends Omit<FolderContent, 'pictures'> {
  /** names of the cameras in the order of the views */
  readonly cameras: readonly string[];
  readonly samples: readonly FolderSample[];
}

/** `-c2`, `_cam2`, `-v03`, `_view3` at the end of a file's name. */
const CAMERA = /^(.+)[-_](?:c|cam|camera|v|view)(\d+)$/i;
const LAYOUTS =
  'CLASS/SAMPLE/CAMERA.jpg or CLASS/SAMPLE-c2.jpg (also _cam2, -v2, _view2), with or without train and test above the classes';

/**
 * Finds multi-view samples in folders of PNG and JPEG files: `class/sample/camera.jpg` or `class/sample-c2.jpg`, with
 * or without a split above the class. The top folders are splits if each of them is called train, val or test (also
 * training, valid, validation, testing, in any capitals). Names that begin with a dot are skipped. Class names that
 * differ only in their Unicode form (macOS writes another one) are one class.
 *
 * @throws RecordingError naming the first file that fits neither layout, or another layout than the files before it
 */
export async function readFolderTree(folder: string): Promise<FolderTree> {
  const { pictures, leftOut, empty } = await walkFolder(folder, ['manifest.csv']);
  const files = [...pictures].sort((a, b) => inNameOrder(a.join('/'), b.join('/')));
  if (files.length === 0) {
    const others = Object.entries(leftOut).map(([extension, count]) => `${count} ${extension || 'without extension'}`);
    const there = others.length > 0 ? `, only others: ${others.join(', ')}` : '';
    throw bad(folder, `it holds no PNG or JPEG file${there}; looked for ${LAYOUTS}`);
  }
  const isSplit = files.every((parts) => parts.length > 2 && splitNamed(parts[0]!) !== undefined);
  const bySample = new Map<string, FoundSample>();
  const cameras = new Set<string>();
  let depth: number | undefined;
  for (const parts of files) {
    const below = isSplit ? parts.slice(1) : parts;
    const found = place(below);
    depth ??= below.length;
    const file = parts.join('/');
    if (found === undefined) throw bad(folder, `${file} is not ${LAYOUTS}`);
    if (below.length !== depth) throw bad(folder, `${file} is laid out in another way than ${files[0]!.join('/')}`);
    const sample = [...parts.slice(0, -1), ...(found.name === undefined ? [] : [found.name])].join('/');
    const own = bySample.get(sample) ?? {
      label: below[0]!.normalize(),
      split: isSplit ? splitNamed(parts[0]!) : undefined,
      files: new Map(),
    };
    bySample.set(sample, own);
    const other = own.files.get(found.camera);
    if (other !== undefined) throw bad(folder, `${file} and ${other} are the same camera of one sample`);
    own.files.set(found.camera, file);
    cameras.add(found.camera);
  }
  const sorted = [...cameras].sort(inNameOrder);
  if (sorted.length > 32)
    throw bad(folder, `${sorted.length} cameras (${sorted.slice(0, 3).join(', ')}, …), at most 32`);
  const samples = [...bySample].map(([sample, { label, split, files: own }]) => ({
    sample,
    label,
    ...(split === undefined ? {} : { split }),
    views: sorted.map((camera) => own.get(camera) ?? null),
  }));
  return { cameras: sorted, samples, leftOut, empty };
}

interface FoundSample {
  readonly label: string;
  readonly split: string | undefined;
  readonly files: Map<string, string>;
}

/** Camera, and name of the sample where it is part of the file's name. */
function place(parts: readonly string[]): { camera: string; name?: string } | undefined {
  const stem = withoutExtension(parts.at(-1)!);
  if (parts.length === 3) return { camera: stem.normalize() };
  const [, name, camera] = CAMERA.exec(stem) ?? [];
  return parts.length === 2 && name && camera ? { camera: String(Number(camera)), name } : undefined;
}

function bad(folder: string, reason: string): RecordingError {
  return new RecordingError('DDNN_RECORDING_FORMAT', `${folder}: ${reason}`);
}
