export { type MeasuredBundle, measureBundle } from './measure.js';
export { renderReport } from './page.js';
export { noSweeps, retrainAll, type TrainedSweeps } from './retrain.js';
export { checkSeeds, type Subject } from './subject.js';
