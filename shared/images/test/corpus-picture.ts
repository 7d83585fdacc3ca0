/** A file of the corpus, and what must come of it. */
export interface CorpusPicture {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Its pixels, or what the error's message says of it. */
  readonly expect: 'pixels' | (string & {});
  /** A file of the same pixels that any other reader takes too. */
  readonly sameAs?: Uint8Array;
  /** The file that it is when turned as its EXIF block says. */
  readonly upright?: { readonly of: Uint8Array; readonly orientation: number };
}

/** Numbers from 0 below 2^24, the same ones for a seed on every machine. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}

/** An EXIF block that says only this orientation; `type` 3 is the one it must have. */
export function exifBlock(orientation: number, little: boolean, type = 3): Buffer {
  const block = Buffer.alloc(26);
  const short = (value: number, at: number) =>
    little ? block.writeUInt16LE(value, at) : block.writeUInt16BE(value, at);
  const long = (value: number, at: number) =>
    little ? block.writeUInt32LE(value, at) : block.writeUInt32BE(value, at);
  block.write(little ? 'II' : 'MM');
  short(42, 2);
  long(8, 4);
  short(1, 8);
  short(0x0112, 10);
  short(type, 12);
  long(1, 14);
  short(orientation, 18);
  return block;
}
