export {
  type CameraCount,
  type CameraOptions,
  measureLost,
  overAll,
  type SingleCamera,
  sweepCameras,
  sweepSingle,
} from './cameras.js';
export { paper, paperBytes } from './paper.js';
export { sweepThreshold, type ThresholdRow } from './threshold.js';
export {
  type Retrained,
  type SweepData,
  type SweepOptions,
  type SweepProgress,
  sweepRetrained,
  sweepTrained,
  type TrainedRow,
} from './trained.js';
export { aggregatorVariants, filterVariants, survivors, type Variant } from './variants.js';
