import type { Shape } from '../architecture/shapes.js';
import type { KernelMemory } from './kernel-memory.js';

/** Bytes that a value takes. */
export type ValueBytes = 1 | 2 | 4;

/** A map in a kernel's memory as planes: [row][channel][column], each plane padded with zeros. */
export interface Planes {
  readonly at: number;
  readonly shape: Shape;
  readonly valueBytes: ValueBytes;
  /** Bytes of a plane. */
  readonly stride: number;
}

/** Room for a map as planes: whole vectors, and one of zeros behind each plane. */
export function planesOf(memory: KernelMemory, shape: Shape, valueBytes: ValueBytes): Planes {
  const stride = wholeVectors(shape.width * valueBytes) + 16;
  return { at: memory.room(stride * shape.height * shape.channels), shape, valueBytes, stride };
}

/** A number of bytes rounded up to vectors of 16. */
export function wholeVectors(bytes: number): number {
  return (bytes + 15) & ~15;
}

/** The mask of the last vector of a plane. */
export function tailMask(memory: KernelMemory, width: number, valueBytes: number): number {
  return memory.mask(((width * valueBytes - 1) & 15) + 1);
}
