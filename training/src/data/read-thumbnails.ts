import { ImageError, type Recording, RecordingError } from '@ddnn/images';
import type { PictureSize } from './data-report.js';
import { type RowThumbnail, thumbnail } from './near-copies.js';

const ROWS_AT_ONCE = 16;

/**
 * Reads every picture of a recording once. Returns a thumbnail of each row, and the sizes, most frequent first. A row
 * with a broken picture has no values, and `onProblem` gets the error.
 */
export async function readThumbnails(
  recording: Recording,
  onProblem: (error: ImageError | RecordingError) => void,
  onProgress?: (read: number, rows: number) => void,
): Promise<{ thumbnails: RowThumbnail[]; sizes: PictureSize[] }> {
  const { rows, views } = recording;
  const sizes = new Map<string, PictureSize>();
  const thumbnails: RowThumbnail[] = [];
  const read = async (row: number, view: number) => {
    try {
      const picture = await recording.picture(row, view);
      // Only the thumbnail is kept: the pictures of a whole batch could be gigabytes.
      return picture && { width: picture.width, height: picture.height, values: thumbnail(picture) };
    } catch (error) {
      if (!(error instanceof ImageError || error instanceof RecordingError)) throw error;
      return error;
    }
  };
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, rows.length - start);
    const some = Array.from({ length: count }, (_, i) =>
      Promise.all(Array.from({ length: views }, (_, view) => read(start + i, view))),
    );
    for (const pictures of await Promise.all(some)) {
      let mask = 0;
      let broken = false;
      const parts: Float32Array[] = [];
      for (const [view, picture] of pictures.entries()) {
        if (picture === null) continue;
        mask |= 1 << view;
        if (picture instanceof Error) {
          onProblem(picture);
          broken = true;
          continue;
        }
        const { width, height, values } = picture;
        const { pictures: before = 0 } = sizes.get(`${width}x${height}`) ?? {};
        sizes.set(`${width}x${height}`, { width, height, pictures: before + 1 });
        parts.push(values);
      }
      thumbnails.push({ mask, values: join(broken ? [] : parts) });
    }
    onProgress?.(start + count, rows.length);
  }
  const byFrequency = (a: PictureSize, b: PictureSize) =>
    b.pictures - a.pictures || a.width - b.width || a.height - b.height;
  return { thumbnails, sizes: [...sizes.values()].sort(byFrequency) };
}

function join(parts: readonly Float32Array[]): Float32Array {
  const values = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return values;
}
