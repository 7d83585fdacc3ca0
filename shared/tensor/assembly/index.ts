export * from './concat';
export * from './convp';
export * from './fc';
export * from './norm';
