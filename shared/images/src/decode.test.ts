import { crc32, deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import jpeg from 'jpeg-js';
import { describe, expect, it } from 'vitest';
import { aroundJpeg } from '../test/jpeg-corpus.js';
import { decodeImage } from './decode.js';
import { encodePng } from './encode.js';
import { ImageError } from './image.js';

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** A PNG from its fields, so that what the encoder cannot write can be read; `rows` holds filter bytes and samples. */
function png(
  fields: { width: number; height: number; depth: number; colour: number; interlace?: number },
  rows: number[],
  extra: Buffer[] = [],
) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(fields.width, 0);
  header.writeUInt32BE(fields.height, 4);
  header.set([fields.depth, fields.colour, 0, 0, fields.interlace ?? 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = chunk('IDAT', deflateSync(Uint8Array.from(rows)));
  return Buffer.concat([signature, chunk('IHDR', header), ...extra, data, chunk('IEND', Buffer.alloc(0))]);
}

const pixels = (bytes: Uint8Array) => Array.from(decodeImage(bytes, 'a.png').data);

function noise(width: number, height: number): { width: number; height: number; data: Uint8Array } {
  let state = 1;
  const data = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
  return { width, height, data };
}

function noiseJpeg(width: number, height: number): Uint8Array {
  const { data } = noise(width, height);
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) rgba.set(data.subarray(i * 3, i * 3 + 3), i * 4);
  return jpeg.encode({ width, height, data: rgba }, 80).data;
}

/** Cuts a file off at every byte: it must be refused, or have all its pixels. Returns how many of the latter. */
function uncut(file: Uint8Array, format: string): number {
  const image = decodeImage(file, 'whole');
  let whole = 0;
  for (let length = 8; length < file.length; length++) {
    try {
      expect(decodeImage(file.subarray(0, length), 'cut'), `${length}`).toEqual(image);
      whole++;
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      expect([error.code, error.message]).toEqual(['DDNN_IMAGE_BROKEN', `cut: ${format} is cut off at byte ${length}`]);
    }
  }
  return whole;
}

describe('decodeImage of a PNG', () => {
  it('gives back the pixels that encodePng wrote', () => {
    for (const [width, height] of [
      [1, 1],
      [3, 2],
      [33, 31],
    ] as const) {
      const image = noise(width, height);
      expect(decodeImage(encodePng(image), 'a.png')).toEqual(image);
    }
  });

  it('refuses a file of more chunks than any encoder writes, for each takes memory', () => {
    const file = png(
      { width: 1, height: 1, depth: 8, colour: 0 },
      [0, 7],
      Array(100_001).fill(chunk('teXt', Buffer.of())),
    );
    expect(() => decodeImage(file, 'a.png')).toThrow(
      expect.objectContaining({ code: 'DDNN_IMAGE_SIZE', message: 'a.png: PNG is too large: more than 100000 chunks' }),
    );
  });

  it('reads bytes that are a view into a larger buffer', () => {
    const image = noise(5, 4);
    const file = encodePng(image);
    const larger = new Uint8Array(file.length + 20).fill(7);
    larger.set(file, 13);
    expect(decodeImage(larger.subarray(13, 13 + file.length), 'a.png')).toEqual(image);
  });

  it('spreads gray over three channels', () => {
    const file = encode({ width: 2, height: 1, data: Uint8Array.of(0, 200), channels: 1, depth: 8 });
    expect(pixels(file)).toEqual([0, 0, 0, 200, 200, 200]);
  });

  it('composites gray with alpha on black, rounding half up', () => {
    const file = encode({
      width: 3,
      height: 1,
      data: Uint8Array.of(200, 255, 200, 0, 255, 127),
      channels: 2,
      depth: 8,
    });
    expect(pixels(file)).toEqual([200, 200, 200, 0, 0, 0, 127, 127, 127]);
  });

  it('composites RGBA on black', () => {
    const file = encode({
      width: 2,
      height: 1,
      data: Uint8Array.of(10, 20, 30, 255, 100, 200, 50, 128),
      channels: 4,
      depth: 8,
    });
    expect(pixels(file)).toEqual([10, 20, 30, 50, 100, 25]);
  });

  it('rounds 16-bit samples to 8 bits', () => {
    const data = Uint16Array.of(0, 65_535, 0x8080, 128, 129, 65_406);
    const file = encode({ width: 2, height: 1, data, channels: 3, depth: 16 });
    expect(pixels(file)).toEqual([0, 255, 128, 0, 1, 254]);
  });

  it('composites 16-bit RGBA on black', () => {
    const file = encode({
      width: 1,
      height: 1,
      data: Uint16Array.of(65_535, 0, 65_535, 0x8080),
      channels: 4,
      depth: 16,
    });
    expect(pixels(file)).toEqual([128, 0, 128]);
  });

  it('unpacks gray of 1, 2 and 4 bits, whose rows end on a byte', () => {
    const one = png({ width: 9, height: 2, depth: 1, colour: 0 }, [0, 0b10100000, 0b10000000, 0, 0b01000000, 0]);
    const gray = pixels(one).filter((_, index) => index % 3 === 0);
    expect(gray).toEqual([255, 0, 255, 0, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0, 0, 0, 0, 0]);
    expect(pixels(png({ width: 3, height: 1, depth: 2, colour: 0 }, [0, 0b00_01_11_00]))).toEqual([
      0, 0, 0, 85, 85, 85, 255, 255, 255,
    ]);
    expect(pixels(png({ width: 1, height: 1, depth: 4, colour: 0 }, [0, 0x70]))).toEqual([119, 119, 119]);
  });

  it('looks colours up in a palette, with and without alpha', () => {
    const palette = chunk('PLTE', Buffer.from([10, 20, 30, 200, 100, 50]));
    const fields = { width: 3, height: 1, depth: 2, colour: 3 };
    expect(pixels(png(fields, [0, 0b01_00_01_00], [palette]))).toEqual([200, 100, 50, 10, 20, 30, 200, 100, 50]);
    const alpha = chunk('tRNS', Buffer.from([255, 128]));
    expect(pixels(png(fields, [0, 0b01_00_01_00], [palette, alpha]))).toEqual([100, 50, 25, 10, 20, 30, 100, 50, 25]);
  });

  it('makes the transparent colour of a gray or RGB picture black', () => {
    const gray = chunk('tRNS', Buffer.from([0, 9]));
    expect(pixels(png({ width: 2, height: 1, depth: 8, colour: 0 }, [0, 9, 8], [gray]))).toEqual([0, 0, 0, 8, 8, 8]);
    const rgb = chunk('tRNS', Buffer.from([0, 1, 0, 2, 0, 3]));
    const fields = { width: 3, height: 1, depth: 8, colour: 2 };
    expect(pixels(png(fields, [0, 1, 2, 3, 1, 2, 4, 9, 9, 9], [rgb]))).toEqual([0, 0, 0, 1, 2, 4, 9, 9, 9]);
  });

  it('refuses a file that is cut off at any byte that its pixels need', () => {
    const image = noise(9, 7);
    // Behind the pixels stand two checksums and the chunk that ends the file.
    expect(uncut(encodePng(image), 'PNG')).toBeLessThanOrEqual(4 + 4 + 12 + 1);
  });

  it('refuses a file with a changed byte in any chunk, or has its pixels all the same', () => {
    const image = noise(4, 4);
    const file = encodePng(image);
    let refused = 0;
    for (let at = 8; at < file.length; at++) {
      const changed = Uint8Array.from(file);
      changed[at]! ^= 0x10;
      try {
        expect(decodeImage(changed, 'bad.png'), `byte ${at}`).toEqual(image);
      } catch (error) {
        if (!(error instanceof ImageError)) throw error;
        refused++;
      }
    }
    // What is not refused: lengths and types of the last two chunks, and what the last one holds.
    expect(refused).toBeGreaterThanOrEqual(file.length - 8 - 20);
  });

  it('refuses whole chunks that hold too few rows', () => {
    for (const colour of [0, 2]) {
      for (const interlace of [0, 1]) {
        const file = png({ width: 4, height: 4, depth: 8, colour, interlace }, [0, 1, 2]);
        expect(() => decodeImage(file, 'short.png'), `${colour} ${interlace}`).toThrow(
          expect.objectContaining({ code: 'DDNN_IMAGE_BROKEN', message: expect.stringMatching(/^short\.png: /) }),
        );
      }
    }
  });

  it('refuses no pixels and too many before allocating them', () => {
    const refused = expect.objectContaining({ code: 'DDNN_IMAGE_SIZE', message: expect.stringContaining('big.png') });
    expect(() => decodeImage(png({ width: 0, height: 4, depth: 8, colour: 2 }, [0]), 'big.png')).toThrow(refused);
    expect(() => decodeImage(png({ width: 4001, height: 4000, depth: 8, colour: 2 }, [0]), 'big.png')).toThrow(refused);
    expect(() => decodeImage(png({ width: 2 ** 31, height: 2 ** 31, depth: 16, colour: 6 }, [0]), 'big.png')).toThrow(
      refused,
    );
  });
});

describe('decodeImage of a JPEG', () => {
  it('decodes to RGB near the original', () => {
    const rgba = new Uint8Array(16 * 16 * 4).fill(255);
    for (let i = 0; i < 256; i++) rgba.set([200, 100, 50], i * 4);
    const image = decodeImage(jpeg.encode({ width: 16, height: 16, data: rgba }, 95).data, 'a.jpg');
    expect([image.width, image.height, image.data.length]).toEqual([16, 16, 768]);
    for (const [channel, value] of [200, 100, 50].entries()) {
      expect(Math.abs(image.data[300 + channel]! - value)).toBeLessThanOrEqual(3);
    }
  });

  it('refuses a file that is cut off at any byte of its pixels, never half decoded', () => {
    // The end marker, and the bits that fill up the last bytes.
    expect(uncut(noiseJpeg(24, 17), 'JPEG')).toBeLessThanOrEqual(2 + 2);
  });

  it.each(aroundJpeg(Buffer.from(noiseJpeg(24, 17))).filter(({ sameAs }) => sameAs))(
    'has its pixels with $name',
    (file) => {
      expect(decodeImage(file.bytes, 'a.jpg')).toEqual(decodeImage(file.sameAs!, 'a.jpg'));
    },
  );

  it('takes three components for R, G and B where the Adobe marker says so', () => {
    const file = noiseJpeg(8, 8);
    // In place of the JFIF segment of 18 bytes.
    const adobe = (transform: number) =>
      Buffer.concat([
        Uint8Array.of(0xff, 0xd8, 0xff, 0xee, 0, 14, ...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, transform),
        file.subarray(20),
      ]);
    const [y, cb, cr] = decodeImage(adobe(0), 'rgb.jpg').data;
    const [red, green, blue] = decodeImage(adobe(1), 'ycc.jpg').data;
    const clamp = (value: number) => Math.min(255, Math.max(0, Math.round(value)));
    expect([red, green, blue]).toEqual([
      clamp(y! + 1.402 * (cr! - 128)),
      clamp(y! - 0.344136 * (cb! - 128) - 0.714136 * (cr! - 128)),
      clamp(y! + 1.772 * (cb! - 128)),
    ]);
  });

  it('decodes the next picture after one that libjpeg gave up on', () => {
    const file = noiseJpeg(24, 17);
    const before = decodeImage(file, 'a.jpg');
    const twice = Buffer.concat([file.subarray(0, 20), file.subarray(0, -2), file.subarray(2)]);
    for (let i = 0; i < 3; i++) {
      expect(() => decodeImage(twice, 'twice.jpg')).toThrow(
        expect.objectContaining({ code: 'DDNN_IMAGE_BROKEN', message: expect.stringContaining('two SOI markers') }),
      );
      expect(decodeImage(file, 'a.jpg')).toEqual(before);
    }
  });

  it('refuses more pixels than the limit', () => {
    const file = Uint8Array.from(noiseJpeg(8, 8));
    const frame = file.findIndex((byte, at) => byte === 0xff && file[at + 1] === 0xc0);
    file.set([0xff, 0xff, 0xff, 0xff], frame + 5);
    expect(() => decodeImage(file, 'big.jpg')).toThrow(
      expect.objectContaining({ code: 'DDNN_IMAGE_SIZE', message: expect.stringContaining('big.jpg') }),
    );
  });
});

it('refuses what is neither, and says how it starts', () => {
  const refused = (message: string) => expect.objectContaining({ code: 'DDNN_IMAGE_UNKNOWN_FORMAT', message });
  expect(() => decodeImage(Buffer.from('GIF89a'), 'x.gif')).toThrow(
    refused('x.gif: neither a PNG nor a JPEG: it starts with 47 49 46 38'),
  );
  expect(() => decodeImage(new Uint8Array(0), 'x.png')).toThrow(
    refused('x.png: neither a PNG nor a JPEG: it is empty'),
  );
});
