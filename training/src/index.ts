export { checkData, type DataCheckOptions, isKeptForTest } from './data/data-check.js';
export { type DataFacts, type DataFactsOptions, readDataFacts } from './data/data-facts.js';
export type { CopyCount, CopyPair, DataProblem, DataReport, PictureSize } from './data/data-report.js';
export { type DataRow, type DataSet, type DataSetOptions, loadDataSet, pickViews } from './data/data-set.js';
export { type DividedRow, divideRows } from './data/divide-rows.js';
export { type ImageBytes, imageBytes, pngBytes } from './data/image-bytes.js';
export { TrainingError, type TrainingErrorCode } from './errors.js';
export { edgeName, SITE_NAME } from './evaluate/byte-count.js';
export type { ConfidenceQuality, ConfidenceTable, MeasureQuality } from './evaluate/confidence-table.js';
export { type EvalOptions, type EvalResult, evaluate, type Outcome } from './evaluate/evaluate.js';
export { type LostViews, type MissingAccuracy, type MissingExit, missingExits } from './evaluate/lost-views.js';
export type { LostCount, MissingTable } from './evaluate/missing-views.js';
export { type Spread, spreadOf } from './evaluate/spread.js';
export type { EvalSummary } from './evaluate/summary.js';
export type { Thresholds } from './evaluate/tiers.js';
export { replaceFile, whyNotReplaceable } from './export/replace-file.js';
export { type CheckpointOptions, refitCheckpoint, removeCheckpoint } from './learn/checkpoint.js';
export type { Progress } from './learn/fit.js';
export { recommendArchitecture } from './learn/recommend.js';
export { type TrainOptions, trainNetwork } from './learn/train.js';
export type { TrainedBundle, TrainingReport } from './learn/training-report.js';
export * from './report/index.js';
export * from './sweeps/index.js';
export {
  type CalibratedBundle,
  type CalibrateOptions,
  calibrateThresholds,
} from './thresholds/calibrate-thresholds.js';
export type { Certificate } from './thresholds/risk-control.js';
export type { GoalChoice, ThresholdGoal } from './thresholds/threshold-goal.js';
