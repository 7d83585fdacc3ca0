import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import createDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import type { Image } from './image.js';

/** An instance whose memory has grown beyond this is thrown away, because WebAssembly never gives memory back. */
const KEPT_BYTES = 64 * 2 ** 20;

/** The parts of an instance that are used. */
interface Codec {
  decode(file: Uint8Array, turned: boolean): { width: number; height: number; data: Uint8ClampedArray } | null;
  /** Its memory. */
  readonly HEAPU8: Uint8Array;
}

let compiled: WebAssembly.Module | undefined;
let codec: Codec | undefined;
/** What libjpeg reported about the picture: its first warning, and why it gave up, if it did. */
let said: string[] = [];

/**
 * Decodes a JPEG in WebAssembly: the same pixels on every machine. Synchronous; the module is compiled with the first
 * picture, which takes some milliseconds.
 *
 * @returns the picture, or undefined if libjpeg gave up; and libjpeg's messages
 */
export function runJpegDecoder(file: Uint8Array): { image: Image | undefined; messages: readonly string[] } {
  codec ??= createCodec();
  said = [];
  try {
    const rgba = codec.decode(file, false);
    return { image: rgba === null ? undefined : withoutAlpha(rgba), messages: said };
  } catch (cause) {
    // libjpeg gives up by ending its program, so the memory that it had allocated is never freed.
    codec = undefined;
    if (said.length === 0) throw cause;
    return { image: undefined, messages: said };
  } finally {
    if (codec && codec.HEAPU8.length > KEPT_BYTES) codec = undefined;
  }
}

function createCodec(): Codec {
  const file = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
  compiled ??= new WebAssembly.Module(readFileSync(file));
  const module = compiled;
  const options = {
    print: (line: string) => said.push(line),
    printErr: (line: string) => said.push(line),
    // The factory calls this before it returns; by then it has turned the options object into the running module.
    instantiateWasm: (imports: WebAssembly.Imports, take: (instance: WebAssembly.Instance) => void) => {
      const instance = new WebAssembly.Instance(module, imports);
      take(instance);
      return instance.exports;
    },
  };
  void createDecoder(options as Parameters<typeof createDecoder>[0]);
  return options as unknown as Codec;
}

function withoutAlpha({ width, height, data }: NonNullable<ReturnType<Codec['decode']>>): Image {
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4) {
    rgb[to++] = data[from]!;
    rgb[to++] = data[from + 1]!;
    rgb[to++] = data[from + 2]!;
  }
  return { width, height, data: rgb };
}
