/** A way to get an answer, in the plane of bytes and accuracy. */
export interface WirePoint {
  readonly name: string;
  /** A device and sample. */
  readonly bytesPerView: number;
  /** 0 to 1. */
  readonly accuracy: number;
  /**
   * Real traffic, the count of an evaluation, bytes without their packets, somebody's paper, or a site that does not
   * exist.
   */
  readonly measured: 'run' | 'eval' | 'bare' | 'published' | 'simulated';
  readonly note: string;
}

/** One threshold of the local exit. */
export interface WireCurvePoint {
  readonly threshold: number;
  readonly localExits: number;
  readonly accuracy: number;
  readonly bytesPerView: number;
}

const MARKS = '123456789abcdefghijklmnopqrstuvwxyz';

/** The sign of a point in tables and charts, by its place in the list. */
export function pointMark(index: number): string {
  return MARKS[index] ?? '*';
}
