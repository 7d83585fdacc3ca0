import { exifOrientation } from './exif-orientation.js';
import { type Image, ImageError } from './image.js';
import { runJpegDecoder } from './jpeg-decoder.js';
import { type JpegHeader, readJpegHeader } from './jpeg-header.js';
import { orient } from './orient.js';

const END = Uint8Array.of(0xff, 0xd9);
/** Warnings of libjpeg about files that viewers show all the same. */
const HARMLESS = /extraneous bytes|JFIF revision|Adobe color transform/;
/** Messages of libjpeg about kinds of JPEG that this build of it does not read. */
const UNSUPPORTED = /not implemented/;

/** Whether the bytes begin as a JPEG does (ITU T.81: SOI, then a marker). */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/**
 * Decodes a baseline or progressive JPEG, gray, YCbCr or RGB, at any subsampling; gray pictures get three equal
 * channels. The end marker may be missing, but no pixels may.
 */
export function decodeJpeg(bytes: Uint8Array, name: string, maxPixels: number): Image {
  const header = readJpegHeader(bytes);
  const cutOff = `is cut off at byte ${bytes.length}`;
  const fail = (why: string) => new ImageError('DDNN_IMAGE_BROKEN', `${name}: JPEG ${why}`);
  if (header.frame === undefined) throw fail(header.ended ? 'is damaged: it has no picture' : cutOff);
  const unsupported = findUnsupported(header.frame);
  const { width, height } = header.frame;
  const refuse = (why: string) => new ImageError('DDNN_IMAGE_SIZE', `${name}: JPEG of ${width} x ${height} ${why}`);
  if (unsupported) throw notSupported(name, unsupported);
  if (width === 0) throw refuse('has no pixels');
  if (width * height > maxPixels) throw refuse(`is too large: more than ${maxPixels} pixels`);
  if (!header.ended && !header.whole) throw fail(cutOff);

  // We add an end marker, so that libjpeg complains about missing pixels only, and not about a missing end marker.
  const { image, messages } = runJpegDecoder(header.ended ? bytes : Buffer.concat([bytes, END]));
  const complaint = messages.find((message) => !HARMLESS.test(message));
  if (image && complaint === undefined) return orient(image, exifOrientation(header.exif ?? new Uint8Array(0)));
  const reason = messages.at(-1) ?? 'no reason is known';
  if (!image && UNSUPPORTED.test(reason)) throw notSupported(name, reason);
  throw fail(header.ended ? `is damaged: ${complaint ?? reason}` : cutOff);
}

function notSupported(name: string, what: string): ImageError {
  return new ImageError('DDNN_IMAGE_UNSUPPORTED', `${name}: JPEG is not supported: ${what}`);
}

/** Which kinds there are: T.81, table B.1. */
function findUnsupported({ marker, precision, height, components }: NonNullable<JpegHeader['frame']>) {
  if (marker >= 0xc9) return 'arithmetic coding';
  if (marker > 0xc2) return marker === 0xc3 ? 'lossless coding' : 'hierarchical coding';
  if (precision !== 8) return `${precision} bits a sample`;
  if (components === 4) return 'CMYK; convert it to RGB';
  if (components !== 1 && components !== 3) return `${components} components`;
  return height === 0 ? 'a height that is told behind the picture (DNL)' : undefined;
}
