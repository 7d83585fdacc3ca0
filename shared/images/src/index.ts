export { decodeImage } from './decode.js';
export { encodePng } from './encode.js';
export { encodeJpeg } from './encode-jpeg.js';
export { type FolderSample, type FolderTree, readFolderTree } from './folder-tree.js';
export { type Image, ImageError, type ImageErrorCode } from './image.js';
export { jpegSize } from './jpeg-size.js';
export { loadView, type ViewSize } from './load.js';
export {
  type GroupColumn,
  loadManifest,
  type Manifest,
  type ManifestOptions,
  type ManifestRow,
  viewFile,
} from './manifest.js';
export { ManifestError, type ManifestErrorCode, type ManifestPlace } from './manifest-error.js';
export { manifestText, type NewManifestRow } from './manifest-text.js';
export { inNameOrder, isPictureName } from './name-order.js';
export { openRecording } from './open-recording.js';
export { recordedFiles } from './recorded-files.js';
export type { RecordedRow, RecordedView, Recording, RecordingOptions } from './recording.js';
export { RecordingError, type RecordingErrorCode } from './recording-error.js';
export { resizeArea, toChannels } from './resize.js';
export { splitNamed } from './split-names.js';
