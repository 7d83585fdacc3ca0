/** One sample: which views are present, and their pixels. */
export interface RecordedSample {
  /** Bit v: view v is present. */
  readonly mask: number;
  /** HWC bytes a view; null where it is absent. */
  readonly views: readonly (Uint8Array | null)[];
}

/** Samples as one file, to hand them to a browser: samples u32 · a mask u32 each · the pixels of the present views. */
export function encodeRecording(samples: readonly RecordedSample[]): Uint8Array {
  const present = samples.flatMap(({ views }) => views.filter((pixels) => pixels !== null));
  const head = Uint32Array.of(samples.length, ...samples.map(({ mask }) => mask));
  const bytes = new Uint8Array(head.byteLength + present.reduce((sum, { length }) => sum + length, 0));
  bytes.set(new Uint8Array(head.buffer));
  let at = head.byteLength;
  for (const pixels of present) {
    bytes.set(pixels, at);
    at += pixels.length;
  }
  return bytes;
}

/** Reads the samples back one by one. Throws where the file has more or fewer pixels than its masks say. */
export function* readRecording(bytes: Uint8Array, views: number, viewBytes: number): Generator<RecordedSample> {
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = head.getUint32(0, true);
  let at = 4 + 4 * samples;
  for (let slot = 0; slot < samples; slot++) {
    const mask = head.getUint32(4 + 4 * slot, true);
    const read = Array.from({ length: views }, (_, view) => {
      if (!((mask >> view) & 1)) return null;
      at += viewBytes;
      return bytes.subarray(at - viewBytes, at);
    });
    yield { mask, views: read };
  }
  if (at !== bytes.length) throw new Error(`a recording of ${bytes.length} bytes, its masks ask for ${at}`);
}
