import {
  type DeviceSample,
  DeviceSampleReader,
  type DeviceSampleVisitor,
  decodeDeviceSamples,
  encodeDeviceSamples,
} from './device-samples.js';

/**
 * Summary (device → edge): class scores of one view, one signed byte a class; an absent view has no body. A bundle
 * without a local exit has `scoreBytes` 0: the mark alone then says *present*.
 */
export function encodeSummary(epoch: number, samples: readonly DeviceSample[], scoreBytes: number): Uint8Array {
  return encodeDeviceSamples('summary', epoch, samples, scoreBytes);
}

/**
 * Reads summaries in place, as an edge does that takes many; `hasBody` false: the camera sees nothing (absent view).
 */
export class SummaryReader extends DeviceSampleReader {
  constructor(scoreBytes: number, maxSamples: number) {
    super('summary', scoreBytes, maxSamples);
  }
}

/** Visits the samples of a summary; `hasBody` false: the camera sees nothing (absent view). */
export function decodeSummary(
  bytes: Uint8Array,
  epoch: number | undefined,
  scoreBytes: number,
  maxSamples: number,
  visit: DeviceSampleVisitor,
): void {
  decodeDeviceSamples(bytes, 'summary', epoch, scoreBytes, maxSamples, visit);
}
