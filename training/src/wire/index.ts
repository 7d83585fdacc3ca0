export { drawWire, type WireChart } from './draw-wire.js';
export { pointMark, type WireCurvePoint, type WirePoint } from './points.js';
export { type Coding, recode } from './recode.js';
export { type Rounds, type RoundsRow, simulateRounds } from './simulate-rounds.js';
export { type WireStep, type WireSteps, wireSteps } from './steps.js';
