import { execFileSync } from 'node:child_process';
import { type CorpusPicture, exifBlock, random } from './corpus-picture.js';

/** Programs that write JPEG: ImageMagick's `convert` and libjpeg-turbo's `cjpeg`, where it is installed. */
export interface JpegWriters {
  readonly convert: string;
  readonly cjpeg: string | undefined;
}

const END = Buffer.from([0xff, 0xd9]);

/** A binary PPM with edges and slopes of all colours. */
function ppm(width: number, height: number): Buffer {
  const next = random(width + height);
  const pixels = Buffer.from(
    Array.from({ length: width * height * 3 }, (_, i) => {
      const x = Math.floor(i / 3) % width;
      const y = Math.floor(i / 3 / width);
      return ((x * 5 * ((i % 3) + 1) + y * 3 * (3 - (i % 3))) % 220) + (next() % 35);
    }),
  );
  return Buffer.concat([Buffer.from(`P6 ${width} ${height} 255\n`), pixels]);
}

/** A segment: marker, length, data. */
function segment(marker: number, data: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
}

/** The segments before the first scan as they are, and the rest. */
function take(file: Buffer): { segments: Buffer[]; rest: Buffer } {
  const segments: Buffer[] = [];
  let at = 2;
  for (; file[at + 1] !== 0xda; ) {
    const end = at + 2 + file.readUInt16BE(at + 2);
    segments.push(file.subarray(at, end));
    at = end;
  }
  return { segments, rest: file.subarray(at) };
}

function join(segments: readonly Uint8Array[], rest: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...segments, rest]);
}

function isApp(part: Buffer): boolean {
  return part[1]! >= 0xe0 && part[1]! <= 0xef;
}

function isFrame(part: Buffer): boolean {
  return part[1]! >= 0xc0 && part[1]! <= 0xc2;
}

/** JPEG files of every sampling and coding, and of what may stand around their pixels. */
export function jpegCorpus({ convert, cjpeg }: JpegWriters): CorpusPicture[] {
  const written = (input: Buffer, ...options: string[]) =>
    execFileSync(convert, ['ppm:-', '-quality', '88', ...options, 'jpg:-'], { input });
  const source = ppm(61, 37);
  const pictures: CorpusPicture[] = [];
  const add = (name: string, bytes: Uint8Array) => pictures.push({ name, bytes, expect: 'pixels' });
  for (const coding of ['none', 'JPEG']) {
    for (const sampling of ['1x1', '2x1', '2x2', '1x2', '4x1', '4x2', '1x4', '3x1']) {
      add(
        `${coding === 'JPEG' ? 'progressive' : 'baseline'}, ${sampling}`,
        written(source, '-interlace', coding, '-sampling-factor', `${sampling},1x1,1x1`),
      );
    }
    add(`gray, ${coding}`, written(source, '-interlace', coding, '-colorspace', 'gray'));
  }
  for (const [width, height] of [
    [1, 1],
    [8, 8],
    [17, 9],
  ] as const) {
    add(`${width} x ${height}`, written(ppm(width, height)));
  }
  const made = (...options: string[]) =>
    execFileSync(cjpeg!, ['-quality', '88', ...options], { input: source, stdio: ['pipe', 'pipe', 'ignore'] });
  if (cjpeg) {
    add('restart markers after every block', made('-restart', '1B'));
    add('restart markers, progressive, 4:2:0', made('-restart', '1', '-progressive', '-sample', '2x2'));
    const { segments, rest } = take(made());
    const frame = join(
      segments.filter((part) => part[1] !== 0xc4),
      rest,
    );
    pictures.push({ name: 'a frame of Motion JPEG, without tables', bytes: frame, expect: 'pixels', sameAs: made() });
    add('RGB by libjpeg', made('-rgb'));
    add('16-bit quantisation', made('-quality', '1'));
    add('several scans', made('-sample', '1x1,2x2,1x1'));
    pictures.push({ name: 'arithmetic', bytes: made('-arithmetic'), expect: 'is not supported: arithmetic coding' });
  }
  const baseline = written(source, '-sampling-factor', '2x2,1x1,1x1');
  const progressive = written(source, '-interlace', 'JPEG');
  const full = written(source, '-sampling-factor', '1x1,1x1,1x1');
  const cmyk = written(source, '-colorspace', 'CMYK');
  return [...pictures, ...aroundJpeg(baseline), ...colours(full), ...rest(baseline, progressive, cmyk)];
}

/** The file's own pixels, whatever stands around them, but turned. */
export function aroundJpeg(file: Buffer): CorpusPicture[] {
  return [...same(file), ...turned(file)];
}

function same(file: Buffer): CorpusPicture[] {
  const { segments, rest } = take(file);
  const front = (...parts: Uint8Array[]) => join([...segments.slice(0, 1), ...parts, ...segments.slice(1)], rest);
  const exif = (block: Uint8Array) => front(segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), block])));
  const beyond = exifBlock(6, true);
  beyond.writeUInt32LE(4_000_000_000, 4);
  const many = exifBlock(6, false);
  many.writeUInt16BE(0xffff, 8);
  many.writeUInt16BE(0x0100, 10);
  const oddVersion = Buffer.from(file);
  oddVersion[11] = 9;
  const files: Record<string, Buffer> = {
    'no end marker': file.subarray(0, -2),
    'half an end marker': file.subarray(0, -1),
    'bytes behind its end': Buffer.concat([file, Buffer.from('anything'), END, file]),
    'zeros before its end': Buffer.concat([file.subarray(0, -2), Buffer.alloc(9), END]),
    'fill bytes before every marker': join(
      segments.map((part) => Buffer.concat([Buffer.alloc(3, 0xff), part])),
      Buffer.concat([Buffer.alloc(2, 0xff), rest]),
    ),
    'a comment that looks like markers': front(segment(0xfe, Buffer.from([0xff, 0xd9, 0xff, 0xc0, 0xff, 0xda]))),
    'an empty comment': front(segment(0xfe, Buffer.alloc(0))),
    'an odd JFIF version': oddVersion,
    'a broken colour profile': front(segment(0xe2, Buffer.from('ICC_PROFILE\0\x09\x01no profile'))),
    'a thumbnail of its own': front(segment(0xe1, file)),
    'EXIF cut off': exif(exifBlock(6, true).subarray(0, 17)),
    'EXIF of nothing': exif(Buffer.alloc(0)),
    'EXIF that leads beyond its end': exif(beyond),
    'EXIF with more entries than bytes': exif(many),
    'EXIF with orientation 0': exif(exifBlock(0, true)),
    'EXIF with orientation 9': exif(exifBlock(9, false)),
    'EXIF in no byte order': exif(Buffer.from('XX*\0\0\0\0\x08\0\x01\x12\x01\0\x03\0\0\0\x01\0\x06')),
  };
  return Object.entries(files).map(([name, bytes]) => ({ name, bytes, expect: 'pixels', sameAs: file }));
}

function turned(file: Buffer): CorpusPicture[] {
  const { segments, rest } = take(file);
  return Array.from({ length: 16 }, (_, i) => {
    const orientation = (i % 8) + 1;
    const block = segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exifBlock(orientation, i < 8)]));
    return {
      name: `orientation ${orientation}, ${i < 8 ? 'little' : 'big'} endian`,
      bytes: join([...segments.slice(0, 1), block, ...segments.slice(1)], rest),
      expect: 'pixels',
      upright: { of: file, orientation },
    };
  });
}

/** Three components under every marker that says which colours they are. */
function colours(file: Buffer): CorpusPicture[] {
  const { segments, rest } = take(file);
  const bare = segments.filter((part) => !isApp(part));
  const adobe = (transform: number) =>
    segment(0xee, Buffer.from([...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, transform]));
  const named = Buffer.from(rest);
  const frame = Buffer.from(bare.find(isFrame)!);
  for (const [i, letter] of [...'RGB'].entries()) {
    frame[10 + 3 * i] = letter.charCodeAt(0);
    named[5 + 2 * i] = letter.charCodeAt(0);
  }
  const inLetters = bare.map((part) => (isFrame(part) ? frame : part));
  return [
    { name: 'Adobe, transform 0: RGB', bytes: join([adobe(0), ...bare], rest), expect: 'pixels' },
    { name: 'Adobe, transform 1: YCbCr', bytes: join([adobe(1), ...bare], rest), expect: 'pixels' },
    { name: 'Adobe, transform 0, beside JFIF', bytes: join([segments[0]!, adobe(0), ...bare], rest), expect: 'pixels' },
    { name: 'no marker of colours', bytes: join(bare, rest), expect: 'pixels' },
    { name: 'components named R, G and B', bytes: join(inLetters, named), expect: 'pixels' },
  ];
}

function rest(baseline: Buffer, progressive: Buffer, cmyk: Buffer): CorpusPicture[] {
  const { segments, rest } = take(baseline);
  const frame = (change: (part: Buffer) => void) =>
    join(
      segments.map((part) => {
        const copy = Buffer.from(part);
        if (isFrame(part)) change(copy);
        return copy;
      }),
      rest,
    );
  const as = (marker: number) => frame((part) => part.writeUInt8(marker, 1));
  const large = frame((part) => part.writeUInt32BE(0xffff_ffff, 5));
  const parts = take(cmyk);
  const bareCmyk = join(
    parts.segments.filter((part) => !isApp(part)),
    parts.rest,
  );
  const start = Buffer.from([0xff, 0xda]);
  const second = progressive.indexOf(start, progressive.indexOf(start) + 2);
  const last = progressive.lastIndexOf(start);
  const marked = Buffer.from(baseline);
  marked.set([0xff, 0xd3, 0xff, 0xd5], marked.length - 300);
  const unsupported = (what: string) => `is not supported: ${what}`;
  return [
    {
      name: 'progressive without end marker',
      bytes: progressive.subarray(0, -2),
      expect: 'pixels',
      sameAs: progressive,
    },
    { name: 'progressive, cut off between scans', bytes: progressive.subarray(0, last), expect: 'is cut off at byte' },
    { name: 'progressive, cut off early', bytes: progressive.subarray(0, second), expect: 'is cut off at byte' },
    { name: 'cut off in its pixels', bytes: baseline.subarray(0, -200), expect: 'is cut off at byte' },
    { name: 'cut off in its header', bytes: baseline.subarray(0, 90), expect: 'is cut off at byte' },
    { name: 'markers among its pixels', bytes: marked, expect: 'is damaged' },
    { name: 'an end behind its start', bytes: join([], END), expect: 'is damaged: it has no picture' },
    { name: 'CMYK', bytes: cmyk, expect: unsupported('CMYK') },
    { name: 'CMYK without a marker', bytes: bareCmyk, expect: unsupported('CMYK') },
    { name: '12 bits', bytes: frame((part) => part.writeUInt8(12, 4)), expect: unsupported('12 bits a sample') },
    { name: 'lossless', bytes: as(0xc3), expect: unsupported('lossless coding') },
    { name: 'hierarchical', bytes: as(0xc5), expect: unsupported('hierarchical coding') },
    { name: 'arithmetic by its header', bytes: as(0xc9), expect: unsupported('arithmetic coding') },
    { name: 'no height', bytes: frame((part) => part.writeUInt16BE(0, 5)), expect: unsupported('a height') },
    { name: 'too many pixels', bytes: large, expect: 'is too large: more than 16000000 pixels' },
  ];
}
