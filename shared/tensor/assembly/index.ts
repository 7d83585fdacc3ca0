export * from './concat';
export * from './convp';
export * from './convp-gradients';
export { convPScratch, imagesAtOnce } from './convp-memory';
export * from './fc';
export * from './norm';
