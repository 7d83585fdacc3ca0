import { decodeImage } from './decode.js';
import { isJpeg } from './decode-jpeg.js';
import { type Image, ImageError } from './image.js';
import { fitView, readImageFile, type ViewSize } from './load.js';
import { loadManifest, type Manifest, viewFile } from './manifest.js';
import type { RecordedView, Recording, RecordingOptions } from './recording.js';

/** The samples that a manifest lists; pictures are read when they are asked for. @throws ManifestError */
export async function openManifest(file: string, options: RecordingOptions = {}): Promise<Recording> {
  const { splitColumn = 'split' } = options;
  const manifest = await loadManifest(file, options);
  return {
    file,
    views: manifest.views,
    classes: manifest.classes,
    rows: manifest.rows.map(({ sample, label, group, extra, line }) => ({
      sample,
      label,
      line,
      ...(group === undefined ? {} : { group }),
      ...(extra[splitColumn] ? { split: extra[splitColumn] } : {}),
    })),
    ...(manifest.groupColumn && { groupColumn: manifest.groupColumn }),
    picture: async (row, view) => (await readPicture(manifest, row, view))?.image ?? null,
    read: (row, view, size) => readView(manifest, row, view, size),
  };
}

async function readView(manifest: Manifest, row: number, view: number, size: ViewSize): Promise<RecordedView | null> {
  const picture = await readPicture(manifest, row, view);
  if (picture === null) return null;
  const { image, jpegBytes } = picture;
  const fits = image.width === size.width && image.height === size.height;
  return { pixels: fitView(image, size), jpegBytes: fits ? jpegBytes : null };
}

interface Picture {
  readonly image: Image;
  readonly jpegBytes: number | null;
}

async function readPicture(manifest: Manifest, index: number, view: number): Promise<Picture | null> {
  const row = manifest.rows[index]!;
  const file = viewFile(manifest, row, view);
  if (file === null) return null;
  try {
    const bytes = await readImageFile(file);
    return { image: decodeImage(bytes, file), jpegBytes: isJpeg(bytes) ? bytes.length : null };
  } catch (cause) {
    if (!(cause instanceof ImageError)) throw cause;
    const place = `${manifest.file}, line ${row.line}, column "view${view}"`;
    throw new ImageError(cause.code, `${place}: ${cause.message}`, { cause });
  }
}
