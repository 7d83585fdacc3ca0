import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { RecordingError } from './recording-error.js';

/** One sample that a folder holds. */
export interface FolderSample {
  /** path of the sample below the folder, with slashes: unique */
  readonly sample: string;
  readonly label: string;
  /** the folder above the class, where there is one */
  readonly split?: string;
  /** image paths below the folder, one a camera; null where that camera has none */
  readonly views: readonly (string | null)[];
}

/** Samples that a folder tree holds. */
export interface FolderTree {
  /** names of the cameras in the order of the views */
  readonly cameras: readonly string[];
  readonly samples: readonly FolderSample[];
}

const IMAGE = /\.(png|jpe?g)$/i;
const SPLIT = /^(train|training|val|valid|validation|test|testing)$/i;
/** `-c2`, `_cam2`, `-v03`, `_view3` at the end of a file's name. */
const CAMERA = /^(.+)[-_](?:c|cam|camera|v|view)(\d+)$/i;
const LAYOUTS =
  'CLASS/SAMPLE/CAMERA.jpg or CLASS/SAMPLE-c2.jpg (also _cam2, -v2, _view2), with or without train and test above the classes';

/**
 * Finds multi-view samples in folders of PNG and JPEG files: `class/sample/camera.jpg` or `class/sample-c2.jpg`, with
 * or without a split above the class. Folders on top are splits where each is called train, val or test (also training,
 * valid, validation, testing). Names that begin with a dot are passed over.
 *
 * @throws RecordingError naming the first file that fits neither layout, or not that of the others
 */
export async function readFolderTree(folder: string): Promise<FolderTree> {
  const files = await imagesBelow(folder);
  if (files.length === 0) throw bad(folder, 'it holds no PNG or JPEG file');
  const isSplit = files.every((parts) => parts.length > 2 && SPLIT.test(parts[0]!));
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
    const own = bySample.get(sample) ?? { label: below[0]!, split: isSplit ? parts[0] : undefined, files: new Map() };
    bySample.set(sample, own);
    const other = own.files.get(found.camera);
    if (other !== undefined) throw bad(folder, `${file} and ${other} are the same camera of one sample`);
    own.files.set(found.camera, file);
    cameras.add(found.camera);
  }
  const sorted = [...cameras].sort(inOrder);
  if (sorted.length > 32)
    throw bad(folder, `${sorted.length} cameras (${sorted.slice(0, 3).join(', ')}, …), at most 32`);
  const samples = [...bySample].map(([sample, { label, split, files: own }]) => ({
    sample,
    label,
    ...(split === undefined ? {} : { split }),
    views: sorted.map((camera) => own.get(camera) ?? null),
  }));
  return { cameras: sorted, samples };
}

interface FoundSample {
  readonly label: string;
  readonly split: string | undefined;
  readonly files: Map<string, string>;
}

/** Camera, and name of the sample where it is part of the file's name. */
function place(parts: readonly string[]): { camera: string; name?: string } | undefined {
  const stem = parts.at(-1)!.replace(IMAGE, '');
  if (parts.length === 3) return { camera: stem };
  const [, name, camera] = CAMERA.exec(stem) ?? [];
  return parts.length === 2 && name && camera ? { camera: String(Number(camera)), name } : undefined;
}

async function imagesBelow(folder: string): Promise<string[][]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && IMAGE.test(entry.name))
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep))
      .filter((parts) => !parts.some((part) => part.startsWith('.')))
      .sort((a, b) => inOrder(a.join('/'), b.join('/')));
  } catch (cause) {
    const reason = `${folder}: cannot be read: ${(cause as Error).message}`;
    throw new RecordingError('DDNN_RECORDING_FILE', reason, { cause });
  }
}

/** Numbers by their value, anything else by its code: the same on every machine. */
function inOrder(a: string, b: string): number {
  const some = a.match(/\d+|\D+/g) ?? [];
  const others = b.match(/\d+|\D+/g) ?? [];
  for (const [i, part] of some.entries()) {
    const other = others[i];
    if (other === undefined) return 1;
    if (part === other) continue;
    const difference = Number(part) - Number(other);
    if (difference) return difference;
    return part < other ? -1 : 1;
  }
  return some.length - others.length;
}

function bad(folder: string, reason: string): RecordingError {
  return new RecordingError('DDNN_RECORDING_FORMAT', `${folder}: ${reason}`);
}
