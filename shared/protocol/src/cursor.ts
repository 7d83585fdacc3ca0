import { FrameError, invalid } from './errors.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Reads little-endian values and refuses to pass the end of the frame. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  offset: number;

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = offset;
  }

  get left(): number {
    return this.#bytes.length - this.offset;
  }

  u8(field: string): number {
    return this.#bytes[this.#advance(1, field)];
  }

  u16(field: string): number {
    return this.#view.getUint16(this.#advance(2, field), true);
  }

  u32(field: string): number {
    return this.#view.getUint32(this.#advance(4, field), true);
  }

  /** 48 bits: slots and byte counters, exact in a double. */
  u48(field: string): number {
    const at = this.#advance(6, field);
    return this.#view.getUint32(at, true) + this.#view.getUint16(at + 4, true) * 2 ** 32;
  }

  /**
   * LEB128: seven bits in each byte, lowest first; bit 7: another byte follows. At most 21 bits, and no more bytes than
   * needed.
   */
  varint(field: string): number {
    const at = this.offset;
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.u8(field);
      value |= (byte & 127) << shift;
      if (byte < 128 && (byte > 0 || shift === 0)) return value;
      if (byte === 0 || shift === 14) throw invalid(`${field} is no varint`, at);
    }
  }

  f64(field: string): number {
    const at = this.#advance(8, field);
    const value = this.#view.getFloat64(at, true);
    if (!Number.isFinite(value)) throw invalid(`${field} is not a finite number`, at);
    return value;
  }

  /** A view into the frame, not a copy; never a `Buffer`, whose `slice` would not copy either. */
  bytes(length: number, field: string): Uint8Array {
    const at = this.#advance(length, field);
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length);
  }

  /** UTF-8 behind one length byte. */
  text(field: string): string {
    const length = this.u8(field);
    const at = this.offset;
    try {
      return decoder.decode(this.bytes(length, field));
    } catch (error) {
      if (error instanceof FrameError) throw error;
      throw invalid(`${field} is not UTF-8`, at);
    }
  }

  /** Every byte must have been read. */
  end(): void {
    if (this.left > 0) {
      throw new FrameError('DDNN_FRAME_OVERSIZED', `${this.left} bytes more than the frame may have`, this.offset);
    }
  }

  #advance(length: number, field: string): number {
    const at = this.offset;
    if (this.left < length) {
      throw new FrameError('DDNN_FRAME_TRUNCATED', `${field} needs ${length} bytes, ${this.left} are left`, at);
    }
    this.offset += length;
    return at;
  }
}

/** Writes little-endian values into a frame whose size was computed before. */
export class Writer {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  offset: number;

  constructor(size: number, offset: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
    this.offset = offset;
  }

  u8(value: number, field: string): void {
    this.#view.setUint8(this.#place(value, 0xff, 1, field), value);
  }

  u16(value: number, field: string): void {
    this.#view.setUint16(this.#place(value, 0xffff, 2, field), value, true);
  }

  u32(value: number, field: string): void {
    this.#view.setUint32(this.#place(value, 0xffffffff, 4, field), value, true);
  }

  u48(value: number, field: string): void {
    const at = this.#place(value, 2 ** 48 - 1, 6, field);
    this.#view.setUint32(at, value % 2 ** 32, true);
    this.#view.setUint16(at + 4, Math.floor(value / 2 ** 32), true);
  }

  /** See {@link Reader.varint}. */
  varint(value: number, field: string): void {
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.u8((rest & 127) | 128, field);
    this.u8(rest, field);
  }

  f64(value: number, field: string): void {
    if (!Number.isFinite(value)) {
      throw invalid(`${field} ${value} is not a finite number`, this.offset);
    }
    this.#view.setFloat64(this.offset, value, true);
    this.offset += 8;
  }

  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.offset);
    this.offset += bytes.length;
  }

  text(text: string, field: string): void {
    const bytes = encoder.encode(text);
    this.u8(bytes.length, `length of ${field}`);
    this.raw(bytes);
  }

  #place(value: number, max: number, size: number, field: string): number {
    const at = this.offset;
    if (!Number.isInteger(value) || value < 0 || value > max) {
      throw invalid(`${field} ${value} is not an integer from 0 to ${max}`, at);
    }
    this.offset += size;
    return at;
  }
}

/** Bytes that {@link Writer.text} takes. */
export function textBytes(text: string): number {
  return 1 + encoder.encode(text).length;
}
