export * from './convp';
export * from './fc';
export * from './norm';
