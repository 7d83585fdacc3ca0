import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { isPictureName } from './name-order.js';
import { orUnreadable, RecordingError } from './recording-error.js';

/** What a folder contains, at any depth. */
export interface FolderContent {
  /** pictures by the parts of their path below the folder */
  readonly pictures: readonly (readonly string[])[];
  /** how many other files there are of each extension (small letters, with the dot; `''` without one) */
  readonly leftOut: Readonly<Record<string, number>>;
  /** folders that hold no picture at any depth, the topmost ones only */
  readonly empty: readonly string[];
}

/** Depth of folders; files that are deeper fit no layout. */
const MAX_DEPTH = 16;

/**
 * Lists the pictures below a folder, and counts other files. Links are followed; names that begin with a dot are
 * skipped.
 *
 * @throws RecordingError naming what cannot be read: a link to nothing, one that leads back to a folder above it
 */
export async function walkFolder(folder: string, ignored: readonly string[] = []): Promise<FolderContent> {
  const pictures: string[][] = [];
  const leftOut: Record<string, number> = {};
  const empty: string[] = [];

  /** @param above real paths of the folders above; returns whether there is a picture */
  async function visit(parts: readonly string[], above: readonly string[]): Promise<boolean> {
    const here = path.join(folder, ...parts);
    const real = await orUnreadable(here, realpath(here));
    if (above.includes(real)) throw bad(here, 'this link leads back to a folder above it');
    if (parts.length > MAX_DEPTH) throw bad(here, `it lies more than ${MAX_DEPTH} folders deep`);
    const emptyBefore = empty.length;
    let some = false;
    for (const name of await orUnreadable(here, readdir(here))) {
      if (name.startsWith('.')) continue;
      const own = [...parts, name];
      const kind = await orUnreadable(path.join(here, name), stat(path.join(here, name)));
      if (kind.isDirectory()) some = (await visit(own, [...above, real])) || some;
      else if (kind.isFile() && isPictureName(name)) {
        pictures.push(own);
        some = true;
      } else if (parts.length > 0 || !ignored.includes(name)) {
        const extension = path.extname(name).toLowerCase();
        leftOut[extension] = (leftOut[extension] ?? 0) + 1;
      }
    }
    // The list has this folder only, not those below it.
    if (!some) empty.splice(emptyBefore, empty.length, ...(parts.length > 0 ? [parts.join('/')] : []));
    return some;
  }

  await visit([], []);
  return { pictures, leftOut, empty };
}

function bad(file: string, reason: string): RecordingError {
  return new RecordingError('DDNN_RECORDING_FORMAT', `${file}: ${reason}`);
}
