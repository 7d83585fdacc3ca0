import { crc32, deflateSync } from 'node:zlib';
import { type CorpusPicture, exifBlock, random } from './corpus-picture.js';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Every colour type with its channels and depths (PNG 11.2.1). */
const KINDS = [
  { colour: 0, channels: 1, depths: [1, 2, 4, 8, 16] },
  { colour: 2, channels: 3, depths: [8, 16] },
  { colour: 3, channels: 1, depths: [1, 2, 4, 8] },
  { colour: 4, channels: 2, depths: [8, 16] },
  { colour: 6, channels: 4, depths: [8, 16] },
];
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

export function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

interface Fields {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  readonly interlace: number;
}

function header({ width, height, depth, colour, interlace }: Fields): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, colour, 0, 0, interlace], 8);
  return chunk('IHDR', data);
}

/**
 * Rows of arbitrary bytes under arbitrary filters: any bytes are pixels. So that a palette has each index, its rows are
 * without a filter.
 */
function rows({ width, height, depth, colour, interlace }: Fields, channels: number): Buffer {
  const next = random(width * 31 + height * 7 + depth * 3 + colour + interlace);
  const out: number[] = [];
  for (const [left, top, stepX, stepY] of interlace ? PASSES : [[0, 0, 1, 1]]) {
    const columns = Math.ceil((width - left!) / stepX!);
    if (columns <= 0) continue;
    for (let y = top!; y < height; y += stepY!) {
      out.push(colour === 3 ? 0 : next() % 5);
      for (let i = 0; i < Math.ceil((columns * channels * depth) / 8); i++) out.push(next() % 256);
    }
  }
  return Buffer.from(out);
}

function png(fields: Fields, parts: { before?: Buffer[]; pixels: Buffer[]; after?: Buffer[] }): Buffer {
  const { before = [], pixels, after = [] } = parts;
  const end = chunk('IEND', Buffer.alloc(0));
  return Buffer.concat([SIGNATURE, header(fields), ...before, ...pixels, ...after, end]);
}

/** PNG files of every colour type, depth and interlacing, and of what may stand around their pixels. */
export function pngCorpus(): CorpusPicture[] {
  return [...everyKind(), ...aroundPixels(), ...notPictures()];
}

function everyKind(): CorpusPicture[] {
  const pictures: CorpusPicture[] = [];
  for (const { colour, channels, depths } of KINDS) {
    for (const depth of depths) {
      for (const interlace of [0, 1]) {
        for (const [width, height] of [
          [61, 37],
          [3, 2],
          [1, 5],
        ] as const) {
          const fields = { width, height, depth, colour, interlace };
          const next = random(depth + colour);
          const colours = Buffer.from(Array.from({ length: 3 * 2 ** Math.min(depth, 8) }, () => next() % 256));
          const palette = colour === 3 ? [chunk('PLTE', colours)] : [];
          const pixels = [chunk('IDAT', deflateSync(rows(fields, channels)))];
          const name = `colour type ${colour}, ${depth} bits${interlace ? ', interlaced' : ''}, ${width} x ${height}`;
          pictures.push({ name, bytes: png(fields, { before: palette, pixels }), expect: 'pixels' });
          if (colour > 3) continue;
          const sample = [depth === 16 ? 1 : 0, 1];
          const clear = Buffer.from(colour === 3 ? [0, 128] : Array.from({ length: channels }, () => sample).flat());
          const before = [...palette, chunk('tRNS', clear)];
          pictures.push({ name: `${name}, tRNS`, bytes: png(fields, { before, pixels }), expect: 'pixels' });
        }
      }
    }
  }
  return pictures;
}

function aroundPixels(): CorpusPicture[] {
  const fields = { width: 19, height: 11, depth: 8, colour: 2, interlace: 0 };
  const stream = deflateSync(rows(fields, 3));
  const pixels = [chunk('IDAT', stream)];
  const plain = png(fields, { pixels });
  const before = (...chunks: Buffer[]) => png(fields, { before: chunks, pixels });
  const wrong = chunk('tEXt', Buffer.from('Title\0odd'));
  wrong[wrong.length - 1]! ^= 1;
  const split = Array.from(stream, (byte) => chunk('IDAT', Buffer.from([byte])));
  const surplus = deflateSync(Buffer.concat([rows(fields, 3), Buffer.alloc(1000, 3)]));
  const same: Record<string, Uint8Array> = {
    'a broken colour profile': before(chunk('iCCP', Buffer.from('odd\0\0no zlib stream'))),
    'an empty keyword': before(chunk('tEXt', Buffer.from('\0text'))),
    'a keyword that never ends': before(chunk('zTXt', Buffer.from('text'))),
    'a text with a wrong checksum': before(wrong),
    'a gamma': before(chunk('gAMA', Buffer.from([0, 0, 0x27, 0x10]))),
    'chunks of the wrong length': before(chunk('pHYs', Buffer.from([1])), chunk('tIME', Buffer.alloc(0))),
    'a transparency of the wrong length': before(chunk('tRNS', Buffer.from([1]))),
    'a palette that is not needed': before(chunk('PLTE', Buffer.from([1, 2, 3]))),
    'a chunk that nobody knows': before(chunk('abCd', Buffer.from('who knows'))),
    'a chunk behind the pixels': png(fields, { pixels, after: [chunk('iTXt', Buffer.from('odd'))] }),
    'a chunk for each byte': png(fields, { pixels: split }),
    'an empty chunk of pixels': png(fields, { pixels: [chunk('IDAT', Buffer.alloc(0)), ...pixels] }),
    'more pixels than it has room for': png(fields, { pixels: [chunk('IDAT', surplus)] }),
    'bytes behind its end': Buffer.concat([plain, Buffer.from('anything')]),
    'no end': plain.subarray(0, -12),
    'a broken EXIF block': before(chunk('eXIf', exifBlock(6, true).subarray(0, 15))),
  };
  return [
    ...Object.entries(same).map(([name, bytes]) => ({ name, bytes, expect: 'pixels' as const, sameAs: plain })),
    ...Array.from({ length: 8 }, (_, i) => ({
      name: `orientation ${i + 1}`,
      bytes: before(chunk('eXIf', exifBlock(i + 1, i % 2 === 0))),
      expect: 'pixels' as const,
      upright: { of: plain, orientation: i + 1 },
    })),
  ];
}

function notPictures(): CorpusPicture[] {
  const fields = { width: 19, height: 11, depth: 8, colour: 2, interlace: 0 };
  const pixels = [chunk('IDAT', deflateSync(rows(fields, 3)))];
  const plain = png(fields, { pixels });
  const flipped = Buffer.from(plain);
  flipped[100]! ^= 1;
  const odd = (change: Partial<Fields>) => png({ ...fields, ...change }, { pixels });
  const needed = png(fields, { before: [chunk('CgBI', Buffer.alloc(4))], pixels });
  return [
    { name: 'half of it', bytes: plain.subarray(0, plain.length / 2), expect: 'is cut off at byte' },
    { name: 'a changed byte', bytes: flipped, expect: 'is damaged: the checksum of IDAT' },
    { name: 'too few rows', bytes: odd({ height: 12 }), expect: 'is damaged: its pixels end early' },
    { name: 'no palette', bytes: odd({ colour: 3 }), expect: 'is damaged: no palette' },
    { name: 'no pixels', bytes: png(fields, { pixels: [] }), expect: 'is damaged: it has no pixels' },
    { name: 'a depth that there is not', bytes: odd({ depth: 3 }), expect: 'is not supported: colour type 2 at 3' },
    { name: 'a chunk that must be known', bytes: needed, expect: 'is not supported: it needs its chunk CgBI' },
    { name: 'too many pixels', bytes: odd({ width: 1e5, height: 1e5 }), expect: 'is too large: more than 16000000' },
  ];
}
