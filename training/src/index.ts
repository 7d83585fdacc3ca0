export { type CalibratedBundle, type CalibrateOptions, calibrateThresholds } from './calibrate-thresholds.js';
export { type CheckpointOptions, removeCheckpoint } from './checkpoint.js';
export type { ConfidenceQuality, ConfidenceTable, MeasureQuality } from './confidence-table.js';
export {
  type CopyCount,
  type CopyPair,
  checkData,
  type DataCheckOptions,
  type DataProblem,
  type DataReport,
} from './data-check.js';
export { type DataFacts, type DataFactsOptions, readDataFacts } from './data-facts.js';
export { type DataRow, type DataSet, type DataSetOptions, loadDataSet, pickViews } from './data-set.js';
export { type DividedRow, divideRows } from './divide-rows.js';
export { TrainingError, type TrainingErrorCode } from './errors.js';
export { type EvalOptions, type EvalResult, evaluate, type Outcome } from './evaluate.js';
export type { Progress } from './fit.js';
export { type ImageBytes, imageBytes } from './image-bytes.js';
export { type LostViews, type MissingAccuracy, type MissingExit, missingExits } from './lost-views.js';
export { type MeasuredEpoch, measureEpochs, type TrainingWay } from './measure-epochs.js';
export type { LostCount, MissingTable } from './missing-views.js';
export { recommendArchitecture } from './recommend.js';
export { replaceFile } from './replace-file.js';
export * from './report/index.js';
export type { Certificate } from './risk-control.js';
export { type Spread, spreadOf } from './spread.js';
export type { EvalSummary } from './summary.js';
export * from './sweeps/index.js';
export type { GoalChoice, ThresholdGoal } from './threshold-goal.js';
export type { Thresholds } from './tiers.js';
export { type TrainOptions, trainNetwork } from './train.js';
export type { TrainedBundle, TrainingReport } from './training-report.js';
